// Photos' bytes: kept whole or not at all, until the server certainly has them.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { clear, follow, keep, meter } from '../../src/core/photos/storage.ts'
import { create, transaction } from '../../src/core/outbox/record.ts'
import { newRow, putServer } from '../../src/core/store/rows.ts'
import type { Session } from '../../src/core/store/session.ts'
import { signedIn, wipe } from '../bench.ts'

const DAY = 86_400_000
let s: Session

beforeEach(async () => {
  s = await signedIn()
})
afterEach(wipe)
afterEach(() => vi.unstubAllGlobals())

function photo(id: string, size = 1000): Promise<void> {
  return keep(s, { id, inspection: 'i', blob: new Blob([new Uint8Array(size)]), sha256: 'x', media_type: 'image/jpeg' })
}

/** The server has said `complete` with this seq. */
async function completed(id: string, seq: number): Promise<void> {
  const row = { ...newRow('photo', id, 'campaign:c', 'i'), rev: 2, seq }
  putServer(s, row, { status: 'complete' })
  await s.db.documents.put(row)
  await follow(s.db, id, { status: 'complete' })
}

it('clears only what is complete, durable and old', async () => {
  for (const id of ['durable', 'not yet durable', 'unsent', 'sent']) await photo(id)
  await completed('durable', 5)
  await completed('not yet durable', 6)
  await s.db.photos.update('sent', { state: 'sent' })
  await s.db.write('durable', { 'campaign:c': 5 })
  expect(await clear(s, 7)).toBe(0)
  expect(await clear(s, 7, Date.now() + 8 * DAY)).toBe(1)
  expect((await s.db.photos.filter((row) => row.blob === null).toArray()).map((row) => row.id)).toEqual(['durable'])
  expect(await clear(s, 7, Date.now() + 800 * DAY)).toBe(0)
})

it('sends again what a restored server expects again, as long as the bytes are here', async () => {
  await photo('p')
  await completed('p', 5)
  await follow(s.db, 'p', { status: 'expected' })
  expect(await s.db.photos.get('p')).toMatchObject({ state: 'waiting', offset: 0 })
})

it('keeps the record and the bytes together, or neither, when the storage is full', async () => {
  const full = (): never => {
    throw new DOMException('no room', 'QuotaExceededError')
  }
  s.db.photos.hook('creating', full)
  const work = transaction(s, async () => {
    await create(s, 'photo', { id: 'p', scope: 'campaign:c', parent: 'i', set: { inspection_id: 'i' } })
    await photo('p')
  })
  await expect(work).rejects.toMatchObject({ key: 'storage_full' })
  s.db.photos.hook('creating').unsubscribe(full)
  expect([await s.db.outbox.count(), await s.db.photos.count(), await s.db.documents.count()]).toEqual([0, 0, 0])
})

it('measures what is left in photos of the usual size, over all inspectors', async () => {
  await photo('a', 400_000)
  s = await signedIn('Trần Thị Bình')
  await photo('b', 600_000)
  await follow(s.db, 'b', { status: 'complete' })
  vi.stubGlobal('navigator', { storage: { estimate: () => Promise.resolve({ quota: 12_000_000, usage: 2_000_000 }), persisted: () => Promise.resolve(false) } })
  expect(await meter()).toEqual({ persisted: false, free: 10_000_000, left: 20, kept: 1_000_000, unsent: 400_000 })
  vi.stubGlobal('navigator', {})
  expect(await meter()).toMatchObject({ persisted: null, free: null, left: null })
})
