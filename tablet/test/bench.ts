// A tablet for tests: a device in fresh databases, as enrolment leaves it, and documents as a pull brings them.
import { deviceDb, directory, letGo } from '../src/core/store/db.ts'
import { type Admission, admit, prepare } from '../src/core/store/devices.ts'
import { newRow, putServer } from '../src/core/store/rows.ts'
import { begin, close, type Session, sessionOf } from '../src/core/store/session.ts'
import { parentIn } from '../src/core/outbox/kinds.ts'
import { uuid7 } from '../src/core/outbox/ids.ts'
import type { Kind, State } from '../src/core/types.ts'

export const PIN = '246813'
/** PBKDF2 is slow on purpose; what is tested here is not its slowness. */
export const FEW = 1000
export const CHECKLIST = { code: 'fuel-dispenser', version: 1, sha256: 'a'.repeat(64) }

export function admission(name = 'Nguyễn Văn Kiểm', more: Partial<Admission> = {}): Admission {
  return {
    device: { id: uuid7(), kid: '01020304', next_device_seq: 1, tablet_name: 'Máy 1' }, token: 'full-token', upload_token: 'upload-token',
    user: { id: uuid7(), name, username: name.split(' ').at(-1)!.toLowerCase(), title: 'Kiểm tra viên', role: 'inspector' },
    agency: { id: uuid7(), name: 'Sở Khoa học và Công nghệ' }, ...more,
  }
}

/** Somebody who has just enrolled and is signed in. */
export async function signedIn(name?: string): Promise<Session> {
  const { device, vault } = await prepare(PIN, FEW)
  await admit(device, vault, admission(name))
  const session = await sessionOf(device, vault)
  begin(session)
  return session
}

/** A document that a pull has brought. */
export async function pulled(s: Session, kind: Kind, state: State, scope = 'campaign:c', rev = 1, id = uuid7()): Promise<string> {
  const row = { ...newRow(kind, id, scope, parentIn(kind, state)), rev }
  putServer(s, row, state)
  await s.db.documents.put(row)
  return id
}

/** Delete every database, as a new tablet has none. */
export async function wipe(): Promise<void> {
  close()
  for (const { device } of await directory().people.toArray()) {
    const db = deviceDb(device)
    letGo(device)
    await db.delete()
  }
  await Promise.all([directory().people.clear(), directory().checklists.clear(), directory().rules.clear(), directory().settings.clear()])
}

/** Run a write that is cut off just before its commit: the tab was killed. */
export async function killed(s: Session, work: () => Promise<unknown>): Promise<void> {
  const kill = new Error('killed')
  await s.db
    .transaction('rw', s.db.tables, async () => {
      await work()
      throw kill
    })
    .catch((error: Error) => {
      if (error !== kill) throw error
    })
}
