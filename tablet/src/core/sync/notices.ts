// What a person should look at: refused, held, conflicting, passed by. Listed until it was seen and is over.
import type { NoticeRow } from '../store/db.ts'
import type { Session } from '../store/session.ts'
import { record, transaction } from '../outbox/record.ts'
import { Trouble } from '../trouble.ts'

export type Notice = NoticeRow

/** Everything that was not simply taken, the newest first. */
export async function notices(s: Pick<Session, 'db'>): Promise<Notice[]> {
  const rows = await s.db.notices.toArray()
  return rows.sort((one, other) => other.device_seq - one.device_seq)
}

/** Note that the person has read it; what is over then leaves the list with the next answer. */
export async function seen(s: Pick<Session, 'db'>, opId: string): Promise<void> {
  await s.db.notices.update(opId, { seen: 1 })
}

/** Say again, as a new operation, what was passed by or refused. */
export function sendAgain(s: Session, opId: string): Promise<string> {
  return transaction(s, async () => {
    const notice = await s.db.notices.get(opId)
    if (!notice) throw new Trouble('not_found')
    const { op_id: _, device_seq: __, at: ___, clock: ____, ...draft } = notice.op
    const id = await record(s, { ...draft, group: null })
    await s.db.notices.update(opId, { seen: 1, over: 1 })
    return id
  })
}
