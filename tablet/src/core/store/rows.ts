// One document's row: its sealed states, and the view that is the server's state under the operations that wait.
import type { Document, Kind, Operation, State } from '../types.ts'
import { overlay } from '../outbox/overlay.ts'
import { isMap } from '../reading.ts'
import type { DocumentRow } from './db.ts'
import type { Session } from './session.ts'

/** What rows are read and written with. */
export type Keeper = Pick<Session, 'db' | 'vault' | 'user'>

/** A row of a document that neither side knew before. */
export function newRow(kind: Kind, id: string, scope: string, parent: string | null): DocumentRow {
  return { kind, id, scope, parent, rev: 0, seq: 0, generation: 0, server: null, view: null, hidden: 0, waiting: [], stuck: [], gone: 0 }
}

/** The state that the server is known to have; null where it has none. */
export function serverState(keeper: Keeper, row: DocumentRow): State | null {
  return row.server === null ? null : opened(keeper, row.server, about(row, 'server'))
}

/** The state that is shown; null: there is no document, or it was deleted here. */
export function viewState(keeper: Keeper, row: DocumentRow): State | null {
  if (row.hidden) return null
  return row.view === null ? serverState(keeper, row) : opened(keeper, row.view, about(row, 'view'))
}

/** Set what the server has. */
export function putServer(keeper: Keeper, row: DocumentRow, state: State | null): void {
  row.server = state === null ? null : keeper.vault.seal(state, about(row, 'server'))
}

/** Lay the waiting operations over the server's state again and keep what comes of it. */
export async function refresh(keeper: Keeper, row: DocumentRow): Promise<void> {
  const refused = row.stuck.length > 0 ? await keeper.db.notices.bulkGet(row.stuck) : []
  const waiting = row.waiting.length > 0 ? await keeper.db.outbox.bulkGet(row.waiting) : []
  putView(keeper, row, [...refused, ...waiting].flatMap((each) => (each === undefined ? [] : [each.op])))
}

/** Keep the view that these operations make of the server's state. */
export function putView(keeper: Keeper, row: DocumentRow, operations: readonly Operation[]): void {
  const view = operations.length === 0 ? null : overlay(row.kind, serverState(keeper, row), operations, keeper.user.id)
  row.hidden = operations.length > 0 && view === null ? 1 : 0
  row.view = view === null ? null : keeper.vault.seal(view, about(row, 'view'))
}

/** The document as screens see it. */
export function documentOf(keeper: Keeper, row: DocumentRow): Document | undefined {
  const state = viewState(keeper, row)
  if (state === null) return undefined
  return { kind: row.kind, id: row.id, scope: row.scope, rev: row.rev, state, waiting: row.waiting.length, refused: row.stuck.length }
}

function about(row: DocumentRow, what: 'server' | 'view'): string {
  return `${row.kind}/${row.id}/${what}`
}

/** States that were opened before, by the box they came from: a list that is drawn again is not decrypted again. */
const known = new Map<string, { box: Uint8Array; state: State }>()
const MOST_KNOWN = 10_000

function opened(keeper: Keeper, box: Uint8Array, place: string): State {
  const key = `${keeper.db.name}/${place}`
  const found = known.get(key)
  if (found && equal(found.box, box)) return found.state
  const state = keeper.vault.unseal(box, place)
  if (!isMap(state)) throw new TypeError('a sealed row holds no state')
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, { box, state: deepFreeze(state) })
  return state
}

/** Forget every opened state, when its owner signs out. */
export function forgetOpened(): void {
  known.clear()
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  // The first bytes are the random nonce: equal ones are the same box.
  return one.length === other.length && one.subarray(0, 24).every((byte, index) => byte === other[index])
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
