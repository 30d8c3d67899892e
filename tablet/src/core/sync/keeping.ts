// Keeping the server's answers: all of a batch in one transaction, each beside the operation that it answers.
import type { Result } from '../types.ts'
import { measured } from '../outbox/clock.ts'
import type { NoticeRow, OutboxRow } from '../store/db.ts'
import type { Operation } from '../types.ts'
import type { Pushed } from './answers.ts'
import { newEpoch } from './epoch.ts'
import { forget } from './forgetting.ts'
import type { Answered } from './http.ts'
import type { Line } from './line.ts'
import { noticeOf, settle } from './settle.ts'

/** What is sent of a row. */
export function outgoing(row: OutboxRow): Operation {
  return row.stand_in ?? row.op
}

/** Keep all answers of a batch, or none: the operations then simply wait to be sent again. */
export async function keepAnswers(line: Line, rows: readonly OutboxRow[], pushed: Pushed, answered: Answered): Promise<void> {
  const { db } = line
  await db.transaction('rw', db.outbox, db.documents, db.notices, db.meta, async () => {
    for (const [index, row] of rows.entries()) {
      const result = pushed.results[index]
      if (result) await keepAnswer(line, row.device_seq, result, pushed.epoch)
    }
    const offset = measured(pushed.server_time, answered.asked, answered.came)
    if (offset) await db.write('clock', offset)
    await newEpoch(line, pushed.epoch, rows.map((row) => row.device_seq))
    await forget(db, pushed.durable)
  })
}

/** Keep one answer. Within a transaction of outbox, documents and notices. */
export async function keepAnswer(line: Line, deviceSeq: number, result: Result, epoch: string | null): Promise<void> {
  const { db } = line
  const row = await db.outbox.get(deviceSeq)
  if (!row || row.state === 'kept' || outgoing(row).op_id !== result.op_id) return // another engine was faster
  const answered: OutboxRow = { ...row, state: 'kept', result, answered_at: Date.now(), epoch, refusals: 0 }
  const notice = row.stand_in ? passedBy(row) : noticeOf(row, result)
  if (notice) await keepNotice(line, notice)
  await db.outbox.put(answered)
  if (line.session) await settle(line.session, answered)
}

async function keepNotice(line: Line, notice: NoticeRow): Promise<void> {
  const known = await line.db.notices.get(notice.op_id)
  const isSame = known?.why === notice.why && known.code === notice.code
  await line.db.notices.put(isSame ? { ...known, at: notice.at, detail: notice.detail } : notice)
}

/** The notice of an operation that was passed by: it is nowhere but here. */
function passedBy(row: OutboxRow): NoticeRow {
  const { op_id, device_seq, kind, id, op } = row
  return { op_id, device_seq, kind, id, why: 'aside', op, code: 'set_aside', detail: null, at: Date.now(), seen: 0, over: 0 }
}
