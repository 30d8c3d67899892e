// Keeping photos' bytes until the server certainly has them; how much room is left; clearing what may go.
import type { State } from '../types.ts'
import { named } from '../trouble.ts'
import type { DeviceDb, PhotoRow } from '../store/db.ts'
import { deviceDb, directory } from '../store/db.ts'
import type { Session } from '../store/session.ts'

export interface Meter {
  /** Whether the browser promised not to clear the app's data; null: it does not say. */
  persisted: boolean | null
  /** Bytes free for the app, null where the browser does not tell. */
  free: number | null
  /** Photos that still fit, null where the browser does not tell. */
  left: number | null
  /** Bytes of photos on the tablet, and of those that have not arrived. */
  kept: number
  unsent: number
}

/** What a photo takes as the app makes it, until there are own ones to measure. */
const USUAL = 600 * 1024
const DAY = 86_400_000
const USUAL_DAYS = 7

/** Keep a new photo's bytes; in the transaction that records the photo. */
export async function keep(
  s: Pick<Session, 'db'>, photo: Pick<PhotoRow, 'id' | 'inspection' | 'sha256' | 'media_type'> & { blob: Blob; thumb?: Blob | null },
): Promise<void> {
  try {
    await s.db.photos.add({
      ...photo, thumb: photo.thumb ?? null, size: photo.blob.size, taken_at: Date.now(), state: 'waiting', upload: null, offset: 0,
      failures: 0, not_before: 0, reason: null,
    })
  } catch (error) {
    throw named(error)
  }
}

/** Follow what the server says of a photo: complete, or expected (again). Within a transaction of photos. */
export async function follow(db: DeviceDb, id: string, state: State): Promise<void> {
  const photo = await db.photos.get(id)
  if (!photo) return
  const arrived = state.status === 'complete' || state.status === 'unusable'
  if (arrived && photo.state !== 'complete') await db.photos.update(id, { state: 'complete', offset: photo.size, reason: null })
  if (state.status === 'expected' && photo.state !== 'waiting' && photo.blob !== null) await db.photos.update(id, { state: 'waiting', offset: 0 })
}

/** Ask the browser to keep the app's data; on a gesture, as browsers want it. False: it may clear them when it needs room. */
export async function askToPersist(): Promise<boolean> {
  if (!navigator.storage?.persist) return false
  return (await navigator.storage.persisted()) || navigator.storage.persist()
}

/** Measure what is there, over all inspectors of the tablet. */
export async function meter(): Promise<Meter> {
  const photos = await Promise.all((await directory().people.toArray()).map(({ device }) => sizes(deviceDb(device))))
  const all = photos.flat()
  const kept = sum(all.map((photo) => photo.size))
  const average = all.length > 0 ? Math.max(kept / all.length, 50 * 1024) : USUAL
  const storage = typeof navigator === 'undefined' ? undefined : navigator.storage
  const estimate = await storage?.estimate?.()
  const free = estimate?.quota === undefined || estimate.usage === undefined ? null : Math.max(0, estimate.quota - estimate.usage)
  return {
    persisted: (await storage?.persisted?.()) ?? null, free, left: free === null ? null : Math.floor(free / average), kept,
    unsent: sum(all.filter((photo) => photo.state !== 'complete').map((photo) => photo.size)),
  }
}

/** Days after which a photo that has durably arrived gives its room back; 0: never. */
export async function daysKept(): Promise<number> {
  const kept = (await directory().settings.get('photo_days'))?.value
  return typeof kept === 'number' ? kept : USUAL_DAYS
}

/** Set for the whole tablet how long photos stay that have durably arrived. */
export async function keepFor(days: number): Promise<void> {
  await directory().settings.put({ name: 'photo_days', value: days })
}

/** Drop bytes of photos that are durable at the server and older than some days; the small picture stays. */
export async function clear(s: Pick<Session, 'db'>, days: number, now = Date.now()): Promise<number> {
  const { db } = s
  return db.transaction('rw', db.photos, db.documents, db.meta, async () => {
    const durable = (await db.read('durable')) ?? {}
    const old = await db.photos.where('state').equals('complete').filter((row) => row.blob !== null && row.taken_at < now - days * DAY).toArray()
    let count = 0
    for (const { id } of old) {
      const document = await db.documents.get(['photo', id])
      const isDurable = document !== undefined && document.seq > 0 && document.seq <= (durable[document.scope] ?? 0)
      if (isDurable) count += await db.photos.update(id, { blob: null })
    }
    return count
  })
}

async function sizes(db: DeviceDb): Promise<Pick<PhotoRow, 'size' | 'state'>[]> {
  const rows: Pick<PhotoRow, 'size' | 'state'>[] = []
  await db.photos.each((row) => {
    if (row.blob !== null) rows.push({ size: row.size, state: row.state })
  })
  return rows
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
