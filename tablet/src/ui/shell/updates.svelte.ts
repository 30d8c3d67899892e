// The service worker and new versions of the app: found, kept waiting, applied when nobody is in the middle of something.

import { engineReady, fetchEngine } from '../../core/paper/engine.ts'

const LOOK_EVERY_MS = 30 * 60_000
const IDLE_MS = 5 * 60_000

export const update = $state<{ waiting: boolean; build: string; offlineReady: boolean }>({ waiting: false, build: '', offlineReady: false })

let registration: ServiceWorkerRegistration | undefined
let touched = Date.now()
let isApplying = false

/** Put the worker to work, and look for a new version now and then. */
export async function watchForUpdates(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  const hadWorker = serviceWorker.controller !== null
  for (const name of ['pointerdown', 'keydown'] as const) addEventListener(name, () => (touched = Date.now()), { capture: true, passive: true })
  serviceWorker.addEventListener('controllerchange', () => {
    void tellBuild()
    if (hadWorker || isApplying) reloadWhenIdle()
  })
  try {
    registration = await serviceWorker.register('/app/sw.js', { scope: '/app/', updateViaCache: 'none' })
  } catch {
    return // no network on the very first start, or a browser without workers: the app works, but only with a network
  }
  const found = registration
  look(found)
  found.addEventListener('updatefound', () => found.installing?.addEventListener('statechange', () => look(found)))
  void serviceWorker.ready.then(() => (update.offlineReady = true))
  void tellBuild()
  setInterval(() => {
    void checkForUpdate()
    if (update.waiting && isIdle()) void apply('itself')
  }, 60_000)
}

let lookedAt = Date.now()

/** Ask the server for a new version, at most twice an hour unless somebody asks for it. */
export async function checkForUpdate(now = false): Promise<void> {
  if (!now && Date.now() - lookedAt < LOOK_EVERY_MS) return
  lookedAt = Date.now()
  await registration?.update().catch(() => undefined) // offline: another time
}

/**
 * Let the new version begin. What was typed is saved; the page is loaded anew. Its engine of paper is fetched before,
 * so that a tablet that could print alone still can; by a tap it goes on without, where the network is gone.
 */
export async function apply(by: 'tap' | 'itself' = 'tap'): Promise<void> {
  if (isApplying) return
  isApplying = true
  const has = (await engineReady()) ? await fetchEngine(undefined, 'newest').then(() => true, () => false) : true
  if (!has && by === 'itself') {
    isApplying = false
    return
  }
  // Where another tab has let it begin already, this page only has to be loaded anew.
  if (registration?.waiting) registration.waiting.postMessage('apply')
  else location.reload()
}

function look(found: ServiceWorkerRegistration): void {
  update.waiting = found.waiting !== null && found.active !== null
}

/** Nobody touched it for a while, nothing is open and nothing has the cursor. */
function isIdle(): boolean {
  const active = document.activeElement
  const isTyping = active instanceof HTMLInputElement || active instanceof HTMLTextAreaElement || active instanceof HTMLSelectElement
  return Date.now() - touched > IDLE_MS && !isTyping && document.querySelector('dialog[open]') === null
}

/** The worker changed under this page, perhaps by another tab: load the new version, but not under somebody's hands. */
function reloadWhenIdle(): void {
  if (isApplying || document.hidden || isIdle()) return location.reload()
  update.waiting = true // said in the banner; a tap, or the first idle minute, loads it
}

async function tellBuild(): Promise<void> {
  const { active } = await navigator.serviceWorker.ready
  const channel = new MessageChannel()
  channel.port1.onmessage = (event: MessageEvent<unknown>) => (update.build = String(event.data))
  active?.postMessage('build', [channel.port2])
}
