// A device as the engine sees it: its database, the token it may use, and the vault where its owner is signed in.
import { deviceDb, directory } from '../store/db.ts'
import { current } from '../store/session.ts'
import type { DeviceDb } from '../store/db.ts'
import type { Session } from '../store/session.ts'

export interface Line {
  db: DeviceDb
  token: string
  /** Who can open what is sealed; null: only the queue is delivered. */
  session: Session | null
}

/** The devices of this tablet, the one signed in first. */
export async function lines(): Promise<Line[]> {
  const signedIn = current()
  const people = await directory().people.toArray()
  const others = people.filter((person) => person.state === 'enrolled' && person.device !== signedIn?.device)
  const found: Line[] = signedIn ? [{ db: signedIn.db, token: signedIn.token, session: signedIn }] : []
  for (const { device } of others) {
    const db = deviceDb(device)
    const identity = await db.read('identity')
    if (identity) found.push({ db, token: identity.upload_token, session: null })
  }
  return found
}
