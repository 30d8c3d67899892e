// What an answer means for the document, and for what a person should look at.
import type { Result, State } from '../types.ts'
import { overlay } from '../outbox/overlay.ts'
import { same } from '../outbox/values.ts'
import { isMap } from '../reading.ts'
import type { DeviceDb, DocumentRow, NoticeRow, OutboxRow } from '../store/db.ts'
import { followPaper, type Keeper, newRow, putServer, refresh, serverState } from '../store/rows.ts'

/** Lay every answer that no vault was open for into its document; in order, in one transaction. */
export async function settleAll(keeper: Keeper): Promise<void> {
  const { db } = keeper
  await db.transaction('rw', db.outbox, db.documents, db.notices, async () => {
    const rows = await db.outbox.where('settled').equals(0).toArray()
    for (const row of rows) if (row.state === 'kept') await settle(keeper, row)
  })
}

/** Lay one answer into its document. Called within a transaction of outbox, documents and notices. */
export async function settle(keeper: Keeper, row: OutboxRow): Promise<void> {
  const { db } = keeper
  const { result } = row
  if (row.settled === 1 || result === null) return
  const document = (await db.documents.get([row.kind, row.id])) ?? newRow(row.kind, row.id, row.op.scope, row.op.parent)
  document.waiting = document.waiting.filter((seq) => seq !== row.device_seq)
  takeIn(keeper, document, row, result)
  const isRefused = result.status === 'held' || result.status === 'quarantined'
  if (isRefused && document.server === null && row.stand_in === null) document.stuck.push(row.op_id)
  await keep(keeper, document)
  await db.outbox.put({ ...row, settled: 1 })
  if (row.kind === 'minutes') await followPaper(keeper, row.op.set)
}

/** Keep a row with its view made anew, or let it go: the server has let it go and nothing of it waits. */
export async function keep(keeper: Keeper, document: DocumentRow): Promise<void> {
  const isEmpty = document.server === null && document.waiting.length === 0 && document.stuck.length === 0
  if (document.waiting.length === 0 && (document.gone === 1 || isEmpty)) {
    await keeper.db.documents.delete([document.kind, document.id])
    return
  }
  await refresh(keeper, document)
  await keeper.db.documents.put(document)
}

function takeIn(keeper: Keeper, document: DocumentRow, row: OutboxRow, result: Result): void {
  if (result.current !== null) {
    if (result.current.rev < document.rev) return // an answer of long ago, given again
    document.rev = result.current.rev
    if (result.current.deleted) document.gone = 1
    putServer(keeper, document, result.current.deleted ? null : result.current.state)
  } else if (result.status === 'applied' && result.rev !== null && result.rev > document.rev) {
    const before = serverState(keeper, document)
    const after = overlay(row.kind, before, [row.op], keeper.user.id)
    document.rev = result.rev
    if (after === null) document.gone = 1
    putServer(keeper, document, after)
  }
  if (result.scope && result.rev !== null) document.scope = result.scope
  if (document.server !== null) document.stuck = []
}

/** What of an answer a person should look at; null where the operation was simply taken. */
export function noticeOf(row: OutboxRow, result: Result): NoticeRow | null {
  const hasConflict = result.status === 'merged' && result.conflicts !== null && Object.keys(result.conflicts).length > 0
  const why = result.status === 'quarantined' || result.status === 'held' ? result.status : hasConflict ? 'conflict' : null
  if (why === null) return null
  const { op_id, device_seq, kind, id, op } = row
  return { op_id, device_seq, kind, id, why, op, code: result.code, detail: result.detail, at: Date.now(), seen: 0, over: 0 }
}

/** Say of a document's notices which are over: the server has since what was held, or the conflict is settled. */
export async function review(db: DeviceDb, row: DocumentRow, state: State | null, open: readonly NoticeRow[]): Promise<void> {
  for (const notice of open) {
    if (notice.kind !== row.kind || notice.id !== row.id || !isOver(notice, state)) continue
    await db.notices.update(notice.op_id, { over: 1 })
  }
}

function isOver(notice: NoticeRow, state: State | null): boolean {
  if (state === null) return notice.op.type === 'delete'
  if (notice.why === 'conflict') return !hasLoser(state, notice.op_id)
  if (notice.op.type === 'void') return isMap(state.voided)
  if (notice.op.type === 'delete' || notice.op.type === 'resolve') return false
  return Object.entries(notice.op.set).every(([name, value]) => same(state[name], value))
}

function hasLoser(state: State, opId: string): boolean {
  const records = isMap(state.conflicts) ? Object.values(state.conflicts).flat() : []
  return records.some((record) => isMap(record) && record.op_id === opId)
}
