// Counting what is left of each roll; the server says what should have been found (`expected`, `difference`).
import { instant } from '../days.ts'
import { create } from '../outbox/record.ts'
import { get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'

export interface Count {
  lease_id: string
  counted: number
  /** Why it differs from what the tablet expects; '' where it does not. */
  explanation: string
}

/** Record a stocktake of a session (its id); returns its id. */
export async function takeStock(s: Session, session: string, counts: readonly Count[]): Promise<string> {
  const found = await get(s, 'verification_session', session)
  if (found === undefined) throw new Trouble('not_found')
  const device = (await s.db.read('identity'))?.server_device ?? s.device
  return create(s, 'stocktake', {
    scope: found.scope, parent: session, set: { session_id: session, device, at: instant(), counts: counts.map((count) => ({ ...count })) },
  })
}
