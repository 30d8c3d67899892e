// The engine by itself: new work is noticed, failures are retried, the status tells of both.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { create } from '../../src/core/outbox/record.ts'
import { syncNow, start } from '../../src/core/sync/engine.ts'
import { link } from '../../src/core/sync/http.ts'
import { status, type SyncStatus } from '../../src/core/sync/status.ts'
import { all } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import { signedIn, wipe } from '../bench.ts'
import { MemoryServer, SCOPE } from './server.ts'

let server: MemoryServer
let s: Session
const real = { ...link }

beforeEach(async () => {
  server = new MemoryServer()
  Object.assign(link, { base: 'http://server', fetch: server.fetch })
  s = await signedIn()
})
afterEach(async () => {
  Object.assign(link, real)
  await wipe()
})

it('sends what is recorded without being asked, after the link has come back', async () => {
  link.fetch = () => Promise.reject(new TypeError('fetch failed'))
  const seen: SyncStatus[] = []
  const unsubscribe = status.subscribe((each) => seen.push(each))
  const stop = start()
  await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ state: 'offline', reason: 'offline', lastSuccess: null }), 20_000)
  await create(s, 'requirement', { scope: SCOPE, set: { note: 'ghi khi mất mạng' } })
  await vi.waitFor(() => expect(seen.at(-1)?.waiting.records).toBe(1), 20_000)
  link.fetch = server.fetch
  await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ state: 'done', reason: null, waiting: { records: 0 } }), 30_000)
  expect(server.journal.length).toBe(1)
  expect(seen.some((each) => each.state === 'syncing')).toBe(true)
  stop()
  unsubscribe()
})

it('waits as long as the server asks, even when the button is pressed', async () => {
  let asked = 0
  link.fetch = () => {
    asked++
    return Promise.resolve(new Response('{"code": "unavailable", "detail": "Máy chủ đang bận."}', { status: 503, headers: { 'Retry-After': '1' } }))
  }
  await syncNow('button')
  expect(asked).toBe(1)
  await syncNow('button')
  expect(asked).toBe(1)
  link.fetch = server.fetch
  await vi.waitFor(async () => {
    await syncNow('button')
    expect((await s.db.read('outcome'))?.success_at).not.toBeNull()
  }, 20_000)
})

it('brings what a colleague recorded on this tablet in the same round, and tells both when there is no server', async () => {
  const note = (session: Session, said: string) => create(session, 'requirement', { scope: SCOPE, set: { note: said } })
  await note(s, 'của người đã đăng xuất')
  const other = await signedIn('Trần Thị Đo')
  const asked: string[] = []
  link.fetch = (url, init) => {
    asked.push(`${String(url).split('/').at(-1)} ${new Headers(init?.headers).get('Authorization')?.split(' ')[1]}`)
    return server.fetch(url, init)
  }
  await syncNow('button')
  expect(asked.slice(0, 3)).toEqual(['push upload-token', 'hello full-token', 'pull full-token'])
  const notes = (await all(other, 'requirement')).map(({ state }) => state.note)
  expect(notes).toContain('của người đã đăng xuất')
  link.fetch = () => Promise.reject(new TypeError('fetch failed'))
  await note(s, 'khi mất mạng')
  await syncNow('button')
  expect(await Promise.all([s, other].map(async ({ db }) => (await db.read('outcome'))?.reason))).toEqual(['offline', 'offline'])
})
