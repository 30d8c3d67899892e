// When an answered operation may leave the tablet: when a verified backup holds it, or after thirty days; from the front.
import type { DeviceDb, OutboxRow } from '../store/db.ts'

const THIRTY_DAYS = 30 * 86_400_000

/** Drop what is durable, from the front: a gap in what is kept could strand the rest. Within a transaction of outbox, meta, notices. */
export async function forget(db: DeviceDb, durable: { [scope: string]: number }, now = Date.now()): Promise<void> {
  const epoch = await db.read('epoch')
  await db.write('durable', durable)
  const gone: number[] = []
  await db.outbox.orderBy('device_seq').until((row) => !mayGo(row, durable, epoch, now)).each((row) => gone.push(row.device_seq))
  await db.outbox.bulkDelete(gone)
  await db.notices.where('over').equals(1).filter((notice) => notice.seen === 1).delete()
}

function mayGo(row: OutboxRow, durable: { [scope: string]: number }, epoch: string | undefined, now: number): boolean {
  if (row.state !== 'kept' || row.settled === 0 || row.result === null) return false
  if (row.answered_at !== null && now - row.answered_at > THIRTY_DAYS) return true
  return row.epoch === epoch && row.result.seq !== null && row.result.seq <= (durable[row.result.scope] ?? 0)
}
