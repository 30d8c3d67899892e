// An operation that makes the server fail: passed by so that the queue flows, kept on the tablet, shown at both ends.
import type { OutboxRow } from '../store/db.ts'
import { isMap } from '../reading.ts'
import { uuid7 } from '../outbox/ids.ts'
import type { Operation, Result, State } from '../types.ts'
import { list, resultOf } from './answers.ts'
import { ask, type Refused } from './http.ts'
import { keepAnswer } from './keeping.ts'
import type { Line } from './line.ts'

/** After so many answers that refused it alone an operation may be the poison. */
const REFUSALS = 3
/** No kind of the server's: it quarantines the stand-in, where the office sees that something is missing. */
const WITHHELD = 'withheld_by_tablet'

/** Say whether what stands alone has been refused often enough; this refusal included. */
export function isPoison(rows: readonly OutboxRow[]): boolean {
  return rows.every((row) => row.stand_in !== null || row.refusals + 1 >= REFUSALS)
}

/**
 * Pass operations by: in their place, under their numbers, go stand-ins that only name them. If these are refused as well
 * it is the server that is ill, not the operation, and the operation takes its place again. Returns whether to go on.
 */
export async function passBy(line: Line, rows: readonly OutboxRow[], error: Refused): Promise<boolean> {
  let goesOn = true
  for (const row of rows) {
    const known = await receiptOf(line, row)
    if (known !== 'none') goesOn = (await adopt(line, row, known)) && goesOn
    else if (row.stand_in === null) await line.db.outbox.update(row.device_seq, { stand_in: await standInOf(row.op, error) })
    else goesOn = (await restore(line, row)) && false
  }
  return goesOn
}

/** Before anything is sent: of a stand-in whose answer was lost the server says whether it has it. */
export async function recoverStandIns(line: Line): Promise<void> {
  const rows = await line.db.outbox.where('state').equals('waiting').filter((row) => row.stand_in !== null).toArray()
  for (const row of rows) {
    const known = await receiptOf(line, row)
    if (known === 'none') await restore(line, row)
    else await adopt(line, row, known)
  }
}

/** What the server remembers under a number: nothing, a result, or that the number is spent on something unknown. */
async function receiptOf(line: Line, row: OutboxRow): Promise<'none' | 'unknown' | { result: Result; epoch: string | null }> {
  const { json } = await ask('GET', `/sync/receipts?after_device_seq=${row.device_seq - 1}`, { token: line.token })
  if (!(typeof json.next_device_seq === 'number' && json.next_device_seq > row.device_seq)) return 'none'
  const receipt = list(json, 'receipts').find((each): each is State => isMap(each) && each.device_seq === row.device_seq)
  return receipt ? { result: resultOf(receipt.result ?? null), epoch: typeof json.epoch === 'string' ? json.epoch : null } : 'unknown'
}

/** Keep what the server had answered already. */
async function adopt(line: Line, row: OutboxRow, known: 'unknown' | { result: Result; epoch: string | null }): Promise<boolean> {
  if (known === 'unknown') return false
  const { db } = line
  await db.transaction('rw', db.outbox, db.documents, db.notices, db.meta, async () => {
    if (row.stand_in !== null && known.result.op_id === row.op_id) await restore(line, row)
    await keepAnswer(line, row.device_seq, known.result, known.epoch)
  })
  return true
}

async function restore(line: Line, row: OutboxRow): Promise<boolean> {
  return (await line.db.outbox.update(row.device_seq, { stand_in: null, refusals: 0 })) > 0
}

async function standInOf(op: Operation, error: Refused): Promise<Operation> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(op))))
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return {
    ...op, op_id: uuid7(), kind: WITHHELD as Operation['kind'], // not one that anybody knows, on purpose
    type: 'create', group: null, base_rev: null, base: {}, checklist: null, parent: null,
    set: { op_id: op.op_id, kind: op.kind, type: op.type, sha256, status: error.status, code: error.code },
  }
}
