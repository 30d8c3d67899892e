// What a day without a network needs besides documents: each is fetched once and kept. `ready` says whether it is there.
import { engineReady, fetchEngine } from '../../core/paper/engine.ts'
import { fetchKeys, keys } from '../../core/paper/keys.ts'
import { isKept, reader } from '../parts/scanning/reader.ts'

export interface Provision {
  name: 'keys' | 'scanner' | 'engine'
  /** About how much comes over the network, in bytes. */
  bytes: number
  ready: () => Promise<boolean>
  fetch: (onProgress: (done: number, total: number) => void) => Promise<unknown>
}

/** What is there, as far as it was looked at. */
export const kept = $state<{ [name: string]: boolean | undefined }>({})
/** What is being fetched, and how much of it is here (bytes, unpacked). */
export const coming = $state<{ [name: string]: { done: number; total: number } }>({})

/** Compiler, fonts and templates as they come over the air, packed. */
const ENGINE = 11_000_000

export const PROVISIONS: readonly Provision[] = [
  { name: 'keys', bytes: 20_000, ready: async () => (await keys()) !== null, fetch: fetchKeys },
  { name: 'scanner', bytes: 460_000, ready: isKept, fetch: reader },
  { name: 'engine', bytes: ENGINE, ready: engineReady, fetch: fetchEngine },
]

/** Wait until the worker that keeps such files has this page, so that what is fetched is kept; not for ever. */
export async function workerReady(patience = 10_000): Promise<void> {
  if (!('serviceWorker' in navigator) || navigator.serviceWorker.controller !== null) return
  await new Promise<void>((resolve) => {
    const over = setTimeout(resolve, patience)
    navigator.serviceWorker.addEventListener('controllerchange', () => (clearTimeout(over), resolve()), { once: true })
  })
}

/** More than this is not fetched over mobile data unasked (bytes). */
const LARGE = 2_000_000

interface Connection { type?: string; saveData?: boolean }

/** Say whether large things may be fetched unasked: not over somebody's mobile data. */
export function isGenerous(): boolean {
  const { connection } = navigator as Navigator & { connection?: Connection } // Chromium only
  return connection?.saveData !== true && connection?.type !== 'cellular'
}

/** Fetch whatever is not there yet; what fails is left to be asked for by hand. */
export async function provide(): Promise<void> {
  await workerReady()
  await lookAtKept()
  for (const each of PROVISIONS) {
    if (kept[each.name] || (each.bytes > LARGE && !isGenerous())) continue
    await fetchOne(each).catch(() => undefined)
  }
}

export async function lookAtKept(): Promise<void> {
  for (const each of PROVISIONS) kept[each.name] = await each.ready().catch(() => false)
}

/** Fetch one thing; throws where it does not come. */
export async function fetchOne(each: Provision): Promise<void> {
  await workerReady()
  try {
    await each.fetch((done, total) => (coming[each.name] = { done, total }))
    kept[each.name] = await each.ready()
  } finally {
    delete coming[each.name]
  }
}
