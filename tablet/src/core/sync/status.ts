// How things stand, from the server's real answers only: never from what the browser believes about the network.
import { liveQuery } from 'dexie'
import { isTrouble, type TroubleKey } from '../trouble.ts'
import type { DeviceDb, Outcome } from '../store/db.ts'
import { current, onChange } from '../store/session.ts'

/** What Svelte's `$store` reads: `run` is called at once, and again with every new value. */
export interface Readable<T> {
  subscribe(run: (value: T) => void): () => void
}

export interface SyncStatus {
  state: 'never' | 'offline' | 'syncing' | 'failed' | 'done'
  waiting: { records: number; photos: number; bytes: number }
  /** Refused, held or passed by, and not over. */
  refused: number
  conflicts: number
  /** When a round last came to its end (ms). */
  lastSuccess: number | null
  /** Why not: a sentence of i18n/*\/core.ts, and the server's own. */
  reason: TroubleKey | null
  detail: string | null
  /** Items pulled in the round that runs. */
  pulled: number
}

export const NOTHING: SyncStatus = {
  state: 'never', waiting: { records: 0, photos: 0, bytes: 0 }, refused: 0, conflicts: 0, lastSuccess: null, reason: null, detail: null, pulled: 0,
}

let running = false
let pulled = 0
const watchers = new Set<() => void>()

/** Say that a round runs, and how much it has pulled. */
export function showRunning(isRunning: boolean, items = 0): void {
  running = isRunning
  pulled = items
  for (const watcher of watchers) watcher()
}

/** The status of who is signed in; redraws by itself. */
export const status: Readable<SyncStatus> = {
  subscribe(run) {
    let known = NOTHING
    const show = (): void => run(running ? { ...known, state: 'syncing', pulled } : known)
    const begin = (): (() => void) => watch((found) => ((known = found), show()))
    let stop = begin()
    const unlisten = onChange(() => {
      stop()
      known = NOTHING
      stop = begin()
      show()
    })
    watchers.add(show)
    show()
    return () => {
      stop()
      unlisten()
      watchers.delete(show)
    }
  },
}

function watch(run: (status: SyncStatus) => void): () => void {
  const session = current()
  if (!session) return () => undefined
  const subscription = liveQuery(async () => statusOf(session.db)).subscribe({ next: run, error: (error: unknown) => console.error(error) })
  return () => subscription.unsubscribe()
}

/** How a device stands. */
export async function statusOf(db: DeviceDb): Promise<SyncStatus> {
  const photos = await db.photos.where('state').notEqual('complete').toArray()
  const open = await db.notices.where('over').equals(0).toArray()
  const outcome = await db.read('outcome')
  return {
    ...stateOf(outcome),
    waiting: {
      records: await db.outbox.where('state').equals('waiting').count(), photos: photos.length,
      bytes: photos.reduce((sum, photo) => sum + photo.size - photo.offset, 0),
    },
    refused: open.filter((notice) => notice.why !== 'conflict').length, conflicts: open.filter((notice) => notice.why === 'conflict').length,
    pulled: 0,
  }
}

function stateOf(outcome: Outcome | undefined): Pick<SyncStatus, 'state' | 'lastSuccess' | 'reason' | 'detail'> {
  const lastSuccess = outcome?.success_at ?? null
  const reason = outcome?.reason && isTrouble(outcome.reason) ? outcome.reason : null
  const failing = reason === 'offline' || reason === 'portal' ? 'offline' : 'failed'
  return { state: reason !== null ? failing : lastSuccess === null ? 'never' : 'done', lastSuccess, reason, detail: outcome?.detail ?? null }
}
