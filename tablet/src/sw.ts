// The service worker: serves the app's shell from the cache; never touches /api/.
export {} // a module, so that `self` below is this file's own
declare const self: ServiceWorkerGlobalScope & typeof globalThis

const ROOT = '/app/'
const BUILD = '__BUILD__'
/** Each file of the shell with the first 16 hex digits of its SHA-256. */
const SHELL: [name: string, digest: string][] = JSON.parse('__SHELL__')
/** What is fetched when it is first needed and kept from then on: the engines of paper and of scanning. */
const LATER: string[] = JSON.parse('__LATER__')
const CACHE = `shell-${BUILD}`
/** Names in it carry a digest, so that it outlives versions of the app. */
const KEPT = 'kept'
/** The name alone decides; what the server varies by (packing, a cookie) is no other file. */
const EXACTLY = { ignoreSearch: true, ignoreVary: true }

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(activate()))

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin || !url.pathname.startsWith(ROOT)) return
  // What is asked for past every store is kept by whoever asks: the engine of paper, whole and checked (core/paper/engine).
  if (event.request.cache === 'no-store') return
  if (event.request.mode === 'navigate') event.respondWith(page(event.request))
  else if (LATER.includes(nameOf(url))) event.respondWith(later(event.request))
  else event.respondWith(file(event.request))
})

self.addEventListener('message', (event) => {
  // Sent by a page that is idle or whose person said yes; until then a new version waits.
  if (event.data === 'apply') void self.skipWaiting()
  if (event.data === 'build') event.ports[0]?.postMessage(BUILD)
})

function nameOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(ROOT.length)) || 'index.html'
}

function addressOf(name: string): string {
  return name === 'index.html' ? ROOT : ROOT + name
}

/** Fill the cache of this version. Killed half-way it begins again where it was; the version before goes on working. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  const has = new Set((await cache.keys()).map((request) => nameOf(new URL(request.url))))
  const missing = SHELL.filter(([name]) => !has.has(name))
  await Promise.all(missing.map(async ([name, digest]) => cache.put(addressOf(name), await whole(name, digest))))
}

/** Get one file and see that it is what was built: a Wi-Fi's sign-in page or half a new version must not be cached. */
async function whole(name: string, digest: string): Promise<Response> {
  const known = name.startsWith('assets/') ? await caches.match(addressOf(name), EXACTLY) : undefined
  const found = known ?? (await fetch(addressOf(name), { cache: name.startsWith('assets/') ? 'default' : 'no-cache' }))
  if (!found.ok) throw new Error(`${name}: ${found.status}`)
  const bytes = await found.arrayBuffer()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const hex = [...hash.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (hex !== digest) throw new Error(`${name} is not what was built`)
  // Without its Content-Encoding, which the bytes no longer have; the policy of content stays with the page.
  const headers = new Headers(found.headers)
  headers.delete('Content-Encoding')
  headers.delete('Content-Length')
  return new Response(bytes, { headers })
}

/** Forget other versions, and what no version needs any more; pages opened before the first install are served, too. */
async function activate(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith('shell-') && name !== CACHE)
  await Promise.all(others.map((name) => caches.delete(name)))
  const kept = await caches.open(KEPT)
  for (const request of await kept.keys()) {
    if (!LATER.includes(nameOf(new URL(request.url)))) await kept.delete(request)
  }
  await self.clients.claim()
}

async function page(request: Request): Promise<Response> {
  return (await (await caches.open(CACHE)).match(ROOT, EXACTLY)) ?? fetch(request)
}

async function file(request: Request): Promise<Response> {
  return (await (await caches.open(CACHE)).match(request, EXACTLY)) ?? fetch(request)
}

async function later(request: Request): Promise<Response> {
  const kept = await caches.open(KEPT)
  const found = await kept.match(request, EXACTLY)
  if (found !== undefined) return found
  const fetched = await fetch(request)
  // A full disk must not keep the engine from being used this once.
  if (fetched.ok) await kept.put(request, fetched.clone()).catch(() => undefined)
  return fetched
}
