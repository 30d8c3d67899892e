// Autosave writes with every keystroke: which of these changes may be told as one operation.
import type { Operation, State } from '../types.ts'
import type { OutboxRow } from '../store/db.ts'
import { BOOT } from './clock.ts'
import type { Draft } from './record.ts'

/** How long one operation may gather changes (ms): its `at` is that of the last one, so it tells of a minute at most. */
const WINDOW = 60_000

/**
 * Say whether a patch may go into the last operation of the outbox. Only into the very last one, so that no order
 * changes; only while it has never been sent; only on the same document, of the same run of the app.
 */
export function folds(last: OutboxRow, draft: Draft, moment: Pick<Operation, 'clock'>, now: number): boolean {
  const { op } = last
  return (
    draft.type === 'patch' && (op.type === 'patch' || op.type === 'create') && op.kind === draft.kind && op.id === draft.id
    && last.state === 'waiting' && last.sent === 0 && op.group === null && draft.group === null && op.base_rev === draft.base_rev
    && op.clock.boot === BOOT && moment.clock.boot === BOOT && now - last.first_at <= WINDOW && now >= last.first_at
    && op.scope === draft.scope
  )
}

/** Tell two changes as one: the later values, the earlier base, the later time. */
export function folded(op: Operation, draft: Draft, moment: Pick<Operation, 'at' | 'clock'>): Operation {
  const base: State = op.type === 'create' ? {} : { ...draft.base, ...op.base }
  return { ...op, set: { ...op.set, ...draft.set }, base, checklist: draft.checklist ?? op.checklist, ...moment }
}
