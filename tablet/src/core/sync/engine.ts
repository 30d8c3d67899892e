// The engine: hello, push, pull, catalog, photos, pull; one round at a time on the whole tablet, retried by its own clock.
import { liveQuery } from 'dexie'
import { clear, daysKept } from '../photos/storage.ts'
import type { DeviceDb, Outcome } from '../store/db.ts'
import type { Session } from '../store/session.ts'
import { fetchMissing } from './catalog.ts'
import { sayHello } from './epoch.ts'
import { reasonOf, Refused, Unanswered } from './http.ts'
import { type Line, lines } from './line.ts'
import { alone } from './lock.ts'
import { pullAll } from './pull.ts'
import { pushAll } from './push.ts'
import { settleAll } from './settle.ts'
import { showRunning } from './status.ts'
import { uploadAll } from './uploads.ts'

export type Why = 'button' | 'timer' | 'change' | 'start'

const LOCK = 'hien-truong-sync'
const SECOND = 1_000
const LONGEST = 300 * SECOND
/** How long without news until the office's are asked for. */
const IDLE = 120 * SECOND
const TICK = 2 * SECOND
/** New work waits for the next keystroke, and for a link that has just failed. */
const GATHER = 2 * SECOND
const CATALOG_EVERY = 6 * 3_600 * SECOND

let running: Promise<void> | null = null
let askedAgain = false
let due = 0
let heldUntil = 0
let lastAttempt = 0
let failures = 0
const catalogAt = new Map<string, number>()

/** Sync now; while a round runs, one more follows it. Never throws: what came of it is the status. */
export function syncNow(why: Why): Promise<void> {
  if (why === 'button' || why === 'change') failures = 0
  if (Date.now() < heldUntil) return Promise.resolve() // the server asked for patience
  if (running) {
    askedAgain ||= why !== 'timer'
    return running
  }
  running = rounds().finally(() => {
    running = null
  })
  return running
}

async function rounds(): Promise<void> {
  do {
    askedAgain = false
    lastAttempt = Date.now()
    showRunning(true)
    const isDone = await alone(LOCK, round).catch(failed)
    failures = isDone ? 0 : failures + 1
    due = Date.now() + (isDone ? IDLE : delayAfter(failures))
    if (!isDone) break
  } while (askedAgain)
  showRunning(false)
}

function failed(error: unknown): false {
  console.error(error) // a fault of the tablet's own (its storage): the next round tries again
  return false
}

/** How long to wait after so many failures (ms): 1 s to 5 minutes, each by chance up to a half shorter. */
export function delayAfter(count: number, chance = Math.random()): number {
  return Math.max(SECOND, Math.min(LONGEST, SECOND * 2 ** (count - 1)) * (1 - chance / 2))
}

/**
 * One round over all devices of the tablet; tells whether everything came to its end. What the others recorded goes first, so
 * that whoever is signed in pulls it in the same round; their photos, which may take long, go last.
 */
async function round(): Promise<boolean> {
  const all = await lines()
  const away = all.filter(({ session }) => session === null)
  const steps: { line: Line; work: (line: Line) => Promise<unknown>; isLast: boolean }[] = [
    ...away.map((line) => ({ line, work: pushAll, isLast: false })),
    ...all.filter(({ session }) => session !== null).map((line) => ({ line, work: syncLine, isLast: true })),
    ...away.map((line) => ({ line, work: uploadAll, isLast: true })),
  ]
  const troubled = new Set<Line>()
  for (const { line, work, isLast } of steps) {
    if (troubled.has(line)) continue
    const error = await work(line).then(() => undefined, (thrown: unknown) => thrown)
    if (error instanceof Unanswered) { // no server for one is none for the others
      for (const each of all) await note(each.db, error)
      return false
    }
    if (error !== undefined) troubled.add(line)
    if (error !== undefined || isLast) await note(line.db, error ?? null)
    if (error instanceof Refused && error.wait !== null) heldUntil = Date.now() + error.wait * SECOND
  }
  return troubled.size === 0
}

/** One device's round. What refuses to be read (426, a revoked tablet) does not stop what is to be delivered. */
async function syncLine(line: Line): Promise<void> {
  const { session } = line
  let refused: unknown
  const delivering = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => {
      if (!(error instanceof Refused) || ![401, 403, 426].includes(error.status)) throw error
      refused ??= error
    })
  }
  if (session) {
    await settleAll(session)
    await delivering(() => sayHello(line))
  }
  await pushAll(line)
  if (session && refused === undefined) await delivering(() => fetch(session))
  const sent = await uploadAll(line)
  if (session && refused === undefined && sent > 0) await delivering(() => pullAll(session))
  const days = await daysKept()
  if (session && days > 0) await clear(session, days)
  if (refused !== undefined) throw refused
}

async function fetch(session: Session): Promise<void> {
  const count = await pullAll(session, (items) => showRunning(true, items))
  const last = catalogAt.get(session.device) ?? 0
  if (count === 0 && Date.now() - last < CATALOG_EVERY) return
  await fetchMissing(session)
  catalogAt.set(session.device, Date.now())
}

async function note(db: DeviceDb, error: unknown): Promise<void> {
  const before = await db.read('outcome')
  const now = Date.now()
  const outcome: Outcome =
    error === null
      ? { success_at: now, failed_at: null, reason: null, detail: null }
      : { success_at: before?.success_at ?? null, failed_at: now, reason: reasonOf(error).key, detail: reasonOf(error).detail }
  await db.write('outcome', outcome)
}

/** Sync by itself from now on; returns how to stop. */
export function start(): () => void {
  const tick = (): void => {
    if (Date.now() >= due && !running) void syncNow('timer')
  }
  const soon = (): void => {
    due = Math.min(due, Date.now() + SECOND)
  }
  // Ticks compare with the clock, so that a tablet that slept is not late by as much as it slept.
  const timer = setInterval(tick, TICK)
  const changes = liveQuery(newestWork).subscribe({ next: noticeWork, error: (error: unknown) => console.error(error) })
  globalThis.addEventListener?.('online', soon)
  globalThis.document?.addEventListener('visibilitychange', tick)
  void syncNow('start')
  return () => {
    clearInterval(timer)
    changes.unsubscribe()
    globalThis.removeEventListener?.('online', soon)
    globalThis.document?.removeEventListener('visibilitychange', tick)
  }
}

/** What the newest change of the tablet is, over all devices. */
async function newestWork(): Promise<string> {
  const found = await Promise.all(
    (await lines()).map(async ({ db }) => [(await db.outbox.toCollection().last())?.op_id, (await db.photos.toCollection().last())?.id].join()),
  )
  return found.join(';')
}

let known: string | undefined

function noticeWork(newest: string): void {
  if (known !== undefined && newest !== known) {
    failures = Math.min(failures, 3)
    due = Math.min(due, Math.max(Date.now() + GATHER, lastAttempt + 5 * SECOND))
  }
  known = newest
}
