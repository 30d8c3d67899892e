// Pulling: each page is one transaction with its cursor, laid under what still waits.
import type { Kind, PullItem } from '../types.ts'
import { KINDS, parentIn } from '../outbox/kinds.ts'
import type { DeviceDb, DocumentRow, NoticeRow, Pulled } from '../store/db.ts'
import { type Keeper, newRow, putServer } from '../store/rows.ts'
import type { Session } from '../store/session.ts'
import { pageOf, type Page } from './answers.ts'
import { again, newEpoch, pullAgain } from './epoch.ts'
import { ask, Refused, Unanswered } from './http.ts'
import { keep, review } from './settle.ts'
import { follow } from '../photos/storage.ts'

const ITEMS = 500
const FEWEST = 50

/** Fetch everything new; returns how many items came. Only after what waits was delivered (protocol, "Epochs"). */
export async function pullAll(s: Session, progress: (items: number) => void = () => undefined): Promise<number> {
  let [count, limit, resyncs] = [0, ITEMS, 0]
  for (;;) {
    const pulled = (await s.db.read('pulled')) ?? again(undefined)
    try {
      const { json } = await ask('POST', '/sync/pull', { token: s.token, body: { cursor: pulled.cursor, limit, protocol: 1 }, compress: true })
      const page = pageOf(json)
      if (!(await takePage(s, page, pulled))) return count
      progress((count += page.items.length))
      if (!page.more) return count
    } catch (error) {
      if (error instanceof Refused && error.code === 'resync' && resyncs++ < 1) await resync(s.db)
      else if (error instanceof Unanswered && error.kind === 'late' && limit > FEWEST) limit = Math.floor(limit / 2)
      else throw error
    }
  }
}

/** The server was restored: nothing is pulled before everything kept has gone up again, which the next round does. */
async function resync(db: DeviceDb): Promise<void> {
  await pullAgain(db)
  if ((await db.outbox.count()) > 0) throw new Unanswered('late', 'restored: deliver first')
}

/** Lay a page into the documents, with its cursor. False: it is left, because the epoch is a new one or another tab has pulled. */
async function takePage(s: Session, page: Page, pulled: Pulled): Promise<boolean> {
  const { db } = s
  return db.transaction('rw', [db.documents, db.outbox, db.notices, db.meta, db.photos], async () => {
    const now = (await db.read('pulled')) ?? again(undefined)
    if (now.cursor !== pulled.cursor || now.generation !== pulled.generation) return false // another tab was faster
    if (await newEpoch(s, page.epoch)) return false
    const notices = await db.notices.where('over').equals(0).toArray()
    await takeItems(s, page.items, pulled.generation, notices)
    for (const scope of page.revoked) {
      const held = await db.documents.where('scope').equals(scope).toArray()
      await keepRows(s, held.map((row) => ({ ...row, gone: 1 as const })))
    }
    if (!page.more && pulled.full) await finish(s, pulled.generation)
    await db.write('pulled', { cursor: page.cursor, generation: pulled.generation, full: pulled.full && page.more })
    return true
  })
}

async function takeItems(s: Session, items: readonly PullItem[], generation: number, notices: readonly NoticeRow[]): Promise<void> {
  const known = items.filter((item) => KINDS_KNOWN.has(item.kind))
  const found = await s.db.documents.bulkGet(known.map((item): [Kind, string] => [item.kind, item.id]))
  const rows = new Map(found.flatMap((row) => (row ? [[keyOf(row), row]] : [])))
  for (const item of known) {
    const row = rows.get(keyOf(item))
    if (item.gone) {
      if (row && row.scope === item.scope) rows.set(keyOf(item), { ...row, gone: 1 })
      continue
    }
    const taken = take(s, row, item, generation)
    if (taken === null) continue
    rows.set(keyOf(item), taken)
    if (item.kind === 'photo') await follow(s.db, item.id, item.state)
    await review(s.db, taken, item.state, notices)
  }
  await keepRows(s, [...rows.values()])
}

function keyOf({ kind, id }: Pick<DocumentRow, 'kind' | 'id'>): string {
  return `${kind}/${id}`
}

/** Keep rows; those that nothing waits for all at once, because a first pull brings thousands. */
async function keepRows(s: Session, rows: readonly DocumentRow[]): Promise<void> {
  const isPlain = (row: DocumentRow): boolean => row.waiting.length === 0 && row.gone === 0 && row.stuck.length === 0
  await s.db.documents.bulkPut(rows.filter(isPlain).map((row) => ({ ...row, view: null, hidden: 0 as const })))
  for (const row of rows) if (!isPlain(row)) await keep(s, row)
}

/** The row with what the server says; null where the tablet knows a later revision already (I5). */
function take(keeper: Keeper, row: DocumentRow | undefined, item: PullItem, generation: number): DocumentRow | null {
  const known = row ?? newRow(item.kind, item.id, item.scope, null)
  if (known.generation === generation && item.rev < known.rev) return null
  const taken = { ...known, scope: item.scope, parent: parentIn(item.kind, item.state), rev: item.rev, seq: item.seq, generation, gone: 0 as const, stuck: [] }
  putServer(keeper, taken, item.state)
  return taken
}

/** Everything has come again: what has not is gone, but for what only the tablet has. */
async function finish(s: Session, generation: number): Promise<void> {
  const missing = await s.db.documents.where('generation').notEqual(generation).toArray()
  for (const row of missing) {
    const refused = await s.db.notices.where('[kind+id]').equals([row.kind, row.id]).toArray()
    const stuck = refused.filter((notice) => notice.over === 0 && (notice.why === 'held' || notice.why === 'quarantined')).map((notice) => notice.op_id)
    const left = { ...row, rev: 0, stuck, gone: 0 as const }
    putServer(s, left, null)
    await keep(s, left)
  }
}

const KINDS_KNOWN: ReadonlySet<Kind> = new Set(KINDS)
