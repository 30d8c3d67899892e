// One change = one transaction: a row of the outbox and the document's row. Nothing else writes documents.
import type { ChecklistRef, Json, Kind, Operation, State } from '../types.ts'
import { named, Trouble } from '../trouble.ts'
import type { DocumentRow, OutboxRow } from '../store/db.ts'
import { followPaper, newRow, refresh, viewState } from '../store/rows.ts'
import type { Session } from '../store/session.ts'
import { evidence, instant } from './clock.ts'
import { folded, folds } from './folding.ts'
import { answerId, uuid7 } from './ids.ts'
import { mergingOf, parentIn } from './kinds.ts'
import { valueAt } from './overlay.ts'
import { cleaned, same } from './values.ts'

export interface New {
  id?: string
  scope: string
  parent?: string | null
  set: State
  checklist?: ChecklistRef | null
  group?: string | null
}

export interface How {
  group?: string | null
  /** What the person saw before changing it, where the screen has shown it since before the last pull. */
  base?: State
  checklist?: ChecklistRef | null
}

export interface Answered {
  inspection: string
  checklist: ChecklistRef
  item: string
  subject: string | null
  ordinal: number
  set: State
  base?: State
}

/** What an operation says; the outbox adds who, when and which number. */
export type Draft = Omit<Operation, 'op_id' | 'device_seq' | 'at' | 'clock'>

const MAX_BYTES = 64 * 1024
const MAX_MINUTES_BYTES = 256 * 1024

/**
 * Do several changes as one: all of them or none. Inside, await nothing but this core's calls: the browser ends a
 * database transaction that waits for anything else (a signature, a file, the network).
 */
export async function transaction<T>(s: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await s.db.transaction('rw', s.db.tables, work)
  } catch (error) {
    throw named(error)
  }
}

/** Create a document; return its id. */
export function create(s: Session, kind: Kind, given: New): Promise<string> {
  const parent = given.parent ?? parentIn(kind, given.set)
  return record(s, {
    kind, id: given.id ?? uuid7(), parent, type: 'create', scope: given.scope, base_rev: null, set: given.set, base: {},
    checklist: given.checklist ?? null, group: given.group ?? null,
  })
}

/** Change fields of a document; what is already so is left out, and nothing at all records nothing. */
export function patch(s: Session, kind: Kind, id: string, set: State, how: How = {}): Promise<string> {
  return transaction(s, async () => {
    const { row, view } = await found(s, kind, id)
    const wanted = cleaned(set, mergingOf(kind).exact)
    const own = await ownFields(s, row)
    // Over a change of one's own that still waits one has seen that one, whatever the screen began with.
    const shown = how.base ?? {}
    const seen = (name: string): Json => (!own.has(name) && name in shown ? shown[name] : view[name]) ?? null
    const changed = Object.keys(wanted).filter((name) => !same(wanted[name], view[name]) && !same(wanted[name], seen(name)))
    if (changed.length === 0) return id
    const only = (value: (name: string) => Json): State => Object.fromEntries(changed.map((name) => [name, value(name)]))
    const [values, base] = [only((name) => wanted[name] ?? null), only(seen)]
    return record(s, { ...place(row), type: 'patch', set: values, base, checklist: how.checklist ?? null, group: how.group ?? null })
  })
}

async function ownFields(s: Session, row: DocumentRow): Promise<Set<string>> {
  const waiting = await s.db.outbox.bulkGet(row.waiting)
  return new Set(waiting.flatMap((each) => Object.keys(each?.op.set ?? {})))
}

/** Add to a log of a document that is otherwise never changed: what happened to minutes after their issue (`handling`). */
export function append(s: Session, kind: Kind, id: string, set: State): Promise<string> {
  return onExisting(s, kind, id, { type: 'append', set })
}

/** Cross a document out with a reason: it stays readable. */
export function voided(s: Session, kind: Kind, id: string, reason: string): Promise<string> {
  return onExisting(s, kind, id, { type: 'void', set: { reason } })
}

/** Delete a document that nothing hangs on. */
export function remove(s: Session, kind: Kind, id: string): Promise<string> {
  return onExisting(s, kind, id, { type: 'delete', set: {} })
}

/** Settle a conflict: take `value` for a field (or `map.key`) and drop the losers named by `opIds`. */
export function resolve(s: Session, kind: Kind, id: string, field: string, value: Json, opIds: string[]): Promise<string> {
  return transaction(s, async () => {
    const { row, view } = await found(s, kind, id)
    const set = { field, value, op_ids: opIds }
    return record(s, { ...place(row), type: 'resolve', set, base: { [field]: valueAt(kind, view, field) }, checklist: null, group: null })
  })
}

/** Answer an item: create the one finding of it, or change it. */
export function answer(s: Session, given: Answered): Promise<string> {
  const { inspection, checklist, item, subject, ordinal, set } = given
  const id = answerId(inspection, checklist.code, item, subject, ordinal)
  return transaction(s, async () => {
    const row = await s.db.documents.get(['finding', id])
    if (row && viewState(s, row) !== null) return patch(s, 'finding', id, set, { checklist, base: given.base })
    const under = await s.db.documents.get(['inspection', inspection])
    if (!under) throw new Trouble('not_found')
    const identity = { inspection_id: inspection, checklist: checklist.code, item, subject_id: subject, ordinal }
    return create(s, 'finding', { id, scope: under.scope, parent: inspection, set: { ...identity, ...set }, checklist })
  })
}

async function onExisting(s: Session, kind: Kind, id: string, what: Pick<Draft, 'type' | 'set'>): Promise<string> {
  return transaction(s, async () => {
    const { row } = await found(s, kind, id)
    return record(s, { ...place(row), ...what, base: {}, checklist: null, group: null })
  })
}

async function found(s: Session, kind: Kind, id: string): Promise<{ row: DocumentRow; view: State }> {
  const row = await s.db.documents.get([kind, id])
  const view = row ? viewState(s, row) : null
  if (!row || view === null) throw new Trouble('not_found')
  return { row, view }
}

function place(row: DocumentRow): Pick<Draft, 'kind' | 'id' | 'parent' | 'scope' | 'base_rev'> {
  const { kind, id, parent, scope } = row
  return { kind, id, parent, scope, base_rev: row.server === null ? null : row.rev }
}

/** Put an operation into the outbox, or into the last one where nobody can tell the difference; and into the view. */
export function record(s: Session, draft: Draft): Promise<string> {
  const said = { ...draft, set: cleaned(draft.set, mergingOf(draft.kind).exact), base: cleaned(draft.base, mergingOf(draft.kind).exact) }
  return transaction(s, async () => {
    const moment = { at: instant(), clock: evidence(await s.db.read('clock')) }
    const last = await s.db.outbox.toCollection().last()
    const row = (await s.db.documents.get([said.kind, said.id])) ?? newRow(said.kind, said.id, said.scope, said.parent)
    if (last && folds(last, said, moment, Date.now())) {
      await s.db.outbox.put(checked({ ...last, op: folded(last.op, said, moment) }))
    } else {
      const device_seq = await nextSeq(s)
      await s.db.outbox.add(checked(outboxRow({ op_id: uuid7(), device_seq, ...said, ...moment })))
      row.waiting.push(device_seq)
    }
    await refresh(s, row)
    await s.db.documents.put(row)
    if (row.kind === 'minutes') await followPaper(s, viewState(s, row))
    return said.id
  })
}

/** The next number. The counter is raised in the transaction that writes the operation: two tabs never get one number. */
async function nextSeq(s: Session): Promise<number> {
  const next = (await s.db.read('next_seq')) ?? 1
  await s.db.write('next_seq', next + 1)
  return next
}

export function outboxRow(op: Operation): OutboxRow {
  return {
    device_seq: op.device_seq, op_id: op.op_id, kind: op.kind, id: op.id, op, state: 'waiting', sent: 0, settled: 0, refusals: 0,
    stand_in: null, first_at: Date.now(), result: null, answered_at: null, epoch: null,
  }
}

/** Refuse an operation that the server would not take for its size: better now, before its author, than in quarantine. */
function checked(row: OutboxRow): OutboxRow {
  const size = new TextEncoder().encode(JSON.stringify(row.op)).length
  if (size > (row.kind === 'minutes' ? MAX_MINUTES_BYTES : MAX_BYTES)) throw new Trouble('too_large')
  return row
}
