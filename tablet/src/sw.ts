// The service worker: serves the app's shell from the cache; never touches /api/.
export {} // a module, so that `self` below is this file's own
declare const self: ServiceWorkerGlobalScope & typeof globalThis

const BUILD = '__BUILD__'
const SHELL = JSON.parse('__PRECACHE__') as string[]
const CACHE = `shell-${BUILD}`

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(SHELL.map((name) => new Request(`/app/${name}`, { cache: 'reload' })))),
  )
})
