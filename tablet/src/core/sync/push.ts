// Delivering the outbox: batches that adapt to the link; what was answered leaves the queue, and nothing else.
import type { State } from '../types.ts'
import type { OutboxRow } from '../store/db.ts'
import { ask, Refused, Unanswered } from './http.ts'
import { pushedOf } from './answers.ts'
import { rewind } from './epoch.ts'
import { keepAnswers, outgoing } from './keeping.ts'
import type { Line } from './line.ts'
import { isPoison, passBy, recoverStandIns } from './poison.ts'

const FIRST_BATCH = 100
const MOST = 500
/** Below the server's 1 MB of inflated JSON, its envelope included. */
const MOST_BYTES = 960 * 1024
/** An answer within this time (ms) lets the next batch be larger. */
const FAST = 5_000

/** Deliver all that waits; returns how many operations were answered. Throws what stopped it, with everything kept. */
export async function pushAll(line: Line): Promise<number> {
  let [count, gaps] = [0, 0]
  await recoverStandIns(line)
  for (;;) {
    const rows = await nextBatch(line)
    if (rows.length === 0) return count
    try {
      count += await deliver(line, rows)
      gaps = 0
    } catch (error) {
      if (isGap(error) && gaps++ < 2) await rewind(line, Number(error.problem.next_device_seq))
      else if (!(await smaller(line, rows, error))) throw error
    }
  }
}

/** Choose the next operations, whole groups together, and mark them: from here on they never change. */
async function nextBatch({ db }: Line): Promise<OutboxRow[]> {
  return db.transaction('rw', db.outbox, db.meta, async () => {
    const most = Math.min((await db.read('batch')) ?? FIRST_BATCH, MOST)
    const waiting = await db.outbox.where('state').equals('waiting').limit(MOST + 1).toArray()
    const rows = cut(waiting, most)
    for (const row of rows) if (row.sent === 0) await db.outbox.update(row.device_seq, { sent: 1 })
    return rows
  })
}

/** Cut a batch by number and bytes, but never through a group. */
export function cut(waiting: readonly OutboxRow[], most: number): OutboxRow[] {
  let [bytes, end] = [0, 0]
  for (let start = 0; start < waiting.length; start = end) {
    const group = waiting[start]?.op.group ?? null
    let next = start + 1
    while (group !== null && waiting[next]?.op.group === group) next++
    bytes += waiting.slice(start, next).reduce((sum, row) => sum + sizeOf(row), 0)
    if (start > 0 && (next > most || bytes > MOST_BYTES)) break
    end = next
  }
  return waiting.slice(0, end)
}

function sizeOf(row: OutboxRow): number {
  return new TextEncoder().encode(JSON.stringify(outgoing(row))).length + 1
}

async function deliver(line: Line, rows: readonly OutboxRow[]): Promise<number> {
  const ops = rows.map(outgoing)
  const body = { protocol: 1, epoch: (await line.db.read('epoch')) ?? null, ops } as unknown as State // operations are plain JSON
  const answered = await ask('POST', '/sync/push', { token: line.token, body, compress: true })
  await keepAnswers(line, rows, pushedOf(answered.json, ops), answered)
  if (answered.came - answered.asked < FAST) await grow(line, rows.length)
  return rows.length
}

async function grow({ db }: Line, sent: number): Promise<void> {
  const size = (await db.read('batch')) ?? FIRST_BATCH
  if (sent >= size) await db.write('batch', Math.min(MOST, size * 2))
}

/**
 * Make the next attempt smaller; false: the round ends here. A batch that is answered with a refusal is never sent again
 * unchanged: it is halved until one operation (or group) is alone; that is counted, and passed by when it is the poison.
 */
async function smaller(line: Line, rows: readonly OutboxRow[], error: unknown): Promise<boolean> {
  const mayBeTheBatch = error instanceof Refused && ![401, 403, 409, 426, 429, 503].includes(error.status)
  if (error instanceof Unanswered || mayBeTheBatch) await line.db.write('batch', Math.max(1, Math.floor(rows.length / 2)))
  if (!mayBeTheBatch) return false
  if (!isOneUnit(rows)) return true
  for (const row of rows) await line.db.outbox.update(row.device_seq, { refusals: row.refusals + 1 })
  return isPoison(rows) && (await passBy(line, rows, error))
}

function isOneUnit(rows: readonly OutboxRow[]): boolean {
  const group = rows[0]?.op.group ?? null
  return rows.length === 1 || (group !== null && rows.every((row) => row.op.group === group))
}

function isGap(error: unknown): error is Refused {
  return error instanceof Refused && error.code === 'device_gap' && typeof error.problem.next_device_seq === 'number'
}
