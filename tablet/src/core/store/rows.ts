// One document's row: its sealed states, and the view that is the server's state under the operations that wait.
import Dexie from 'dexie'
import type { Document, Kind, Operation, State } from '../types.ts'
import { overlay } from '../outbox/overlay.ts'
import { isMap, isVoided } from '../reading.ts'
import { withPapers } from '../verification/register.ts'
import type { DocumentRow, OutboxRow } from './db.ts'
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
  const papers = row.kind === 'instrument' ? await papersOf(keeper, row.id) : []
  putView(keeper, row, [...refused, ...waiting].flatMap((each) => (each === undefined ? [] : [each.op])), papers)
}

/** What this tablet issued and voided about an instrument, in order, but for papers that do not stand on the server. */
async function papersOf(keeper: Keeper, instrument: string): Promise<Operation[]> {
  const { outbox, documents } = keeper.db
  const rows = await outbox.where('[kind+id]').between(['minutes', Dexie.minKey], ['minutes', Dexie.maxKey]).sortBy('device_seq')
  const own = new Map(rows.filter(({ op }) => op.set.instrument_id === instrument).map(({ id }): [string, boolean] => [id, false]))
  for (const row of await documents.bulkGet([...own.keys()].map((id): [Kind, string] => ['minutes', id]))) {
    const state = row === undefined ? null : viewState(keeper, row)
    if (row !== undefined && state !== null) own.set(row.id, !isVoided(state) && state.status !== 'void' && state.status !== 'conflicting')
  }
  const isTaken = ({ result }: OutboxRow): boolean => result === null || result.status === 'applied' || result.status === 'merged'
  return rows.filter((row) => (row.op.type === 'void' ? own.has(row.id) : row.op.type === 'create' && own.get(row.id) === true && isTaken(row))).map(({ op }) => op)
}

/** Show on the instrument what a paper about it says: as the server will when it takes the paper (sync/register.py). */
export async function followPaper(keeper: Keeper, minutes: State | null): Promise<void> {
  const named = minutes?.instrument_id
  const row = typeof named === 'string' ? await keeper.db.documents.get(['instrument', named]) : undefined
  if (row === undefined) return
  await refresh(keeper, row)
  await keeper.db.documents.put(row)
}

/** Keep the view that these operations make of the server's state. */
export function putView(keeper: Keeper, row: DocumentRow, operations: readonly Operation[], papers: readonly Operation[] = []): void {
  const laid = operations.length === 0 ? null : overlay(row.kind, serverState(keeper, row), operations, keeper.user.id)
  row.hidden = operations.length > 0 && laid === null ? 1 : 0
  const shown = papers.length === 0 || row.hidden ? null : (laid ?? serverState(keeper, row))
  const view = shown === null ? laid : withPapers(shown, row.id, papers)
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
