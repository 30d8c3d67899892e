// Photos' bytes by tus 1.0.0: one at a time, every chunk with its checksum, from wherever the server stands.
import type { PhotoRow } from '../store/db.ts'
import { buffer } from '../store/vault.ts'
import { readJson, reasonOf, refusal, Refused, send, Unanswered } from './http.ts'
import type { Line } from './line.ts'

const UPLOADS = '/api/v1/uploads'
const TUS = { 'Tus-Resumable': '1.0.0' }
/** A chunk that is cut off comes again whole, so it shall be about a second of the link (bytes). */
const SMALLEST = 64 * 1024
const LARGEST = 2 * 1024 * 1024
const SECOND = 1_000
const HOUR = 3_600_000

/** Send every photo that waits; returns how many were sent whole. Throws what stopped it. */
export async function uploadAll(line: Line): Promise<number> {
  let count = 0
  const tried = new Set<string>()
  for (;;) {
    const photo = await nextPhoto(line, tried)
    if (!photo) return count
    tried.add(photo.id)
    try {
      await upload(line, photo)
      count++
    } catch (error) {
      await setBack(line, photo.id, error)
      if (!isOfThePhoto(error)) throw error
    }
  }
}

async function nextPhoto({ db }: Line, tried: ReadonlySet<string>): Promise<PhotoRow | undefined> {
  const now = Date.now()
  const waiting = await db.photos.where('state').equals('waiting').toArray()
  return waiting.filter((row) => row.blob !== null && !tried.has(row.id) && row.not_before <= now).sort((a, b) => a.taken_at - b.taken_at)[0]
}

/** A photo that the server refuses for itself waits alone; the others go on. */
function isOfThePhoto(error: unknown): boolean {
  return error instanceof Refused && ![401, 403, 426, 429, 503].includes(error.status) && error.status < 500
}

async function setBack({ db }: Line, id: string, error: unknown): Promise<void> {
  const photo = await db.photos.get(id)
  if (!photo) return
  const { detail } = reasonOf(error)
  const failures = isOfThePhoto(error) ? photo.failures + 1 : photo.failures
  const not_before = isOfThePhoto(error) ? Date.now() + Math.min(HOUR, 30_000 * 2 ** failures) : 0
  await db.photos.update(id, { failures, not_before, reason: isOfThePhoto(error) ? detail : null })
}

async function upload(line: Line, photo: PhotoRow): Promise<void> {
  const { db } = line
  let [address, offset] = await resumed(line, photo)
  let chunk = SMALLEST
  let restarts = 0
  while (offset < photo.size) {
    const began = Date.now()
    try {
      const sent = await sendChunk(line, photo, address, offset, chunk)
      if (Date.now() - began < SECOND) chunk = Math.min(LARGEST, chunk * 2)
      else if (Date.now() - began > 2 * SECOND) chunk = Math.max(SMALLEST, Math.floor(chunk / 2))
      offset = sent
    } catch (error) {
      if (!(error instanceof Refused) || ![404, 409, 410, 460].includes(error.status) || restarts++ >= 3) throw error
      ;[address, offset] = await resumed(line, { ...photo, upload: error.status === 409 ? address : null })
    }
    await db.photos.update(photo.id, { offset })
  }
  await db.transaction('rw', db.photos, async () => {
    const now = await db.photos.get(photo.id)
    if (now?.state === 'waiting') await db.photos.update(photo.id, { state: 'sent', offset: photo.size, failures: 0, not_before: 0, reason: null })
  })
}

/** Where to go on: where the server stands, or at a new upload's beginning. */
async function resumed(line: Line, photo: PhotoRow): Promise<[string, number]> {
  if (photo.upload !== null) {
    const answer = await send('HEAD', photo.upload, TUS, line.token)
    const offset = offsetOf(answer)
    if (answer.ok && offset !== null) return [photo.upload, offset]
    if (answer.status !== 404 && answer.status !== 410) throw await problemOf(answer)
  }
  const pairs = { photo_id: photo.id, sha256: photo.sha256, filetype: photo.media_type }
  const metadata = Object.entries(pairs).map(([name, value]) => `${name} ${btoa(value)}`).join(',')
  const answer = await send('POST', UPLOADS, { ...TUS, 'Upload-Length': String(photo.size), 'Upload-Metadata': metadata }, line.token)
  const location = answer.headers.get('Location')
  if (answer.status !== 201 || location === null) throw await problemOf(answer)
  const address = new URL(location, 'http://here').pathname
  await line.db.photos.update(photo.id, { upload: address })
  return [address, offsetOf(answer) ?? 0]
}

/** Send one chunk; returns where the server stands then. */
async function sendChunk(line: Line, photo: PhotoRow, address: string, offset: number, size: number): Promise<number> {
  if (photo.blob === null) throw new TypeError('a photo without bytes cannot be sent')
  const bytes = new Uint8Array(await photo.blob.slice(offset, offset + size).arrayBuffer())
  const headers = {
    ...TUS, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset),
    'Upload-Checksum': `sha256 ${await digestOf(bytes)}`,
  }
  const answer = await send('PATCH', address, headers, line.token, buffer(bytes))
  const reached = offsetOf(answer)
  if (!answer.ok || reached === null) throw await problemOf(answer)
  return reached
}

function offsetOf(answer: Response): number | null {
  const text = answer.headers.get('Upload-Offset')
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}

async function problemOf(answer: Response): Promise<Refused | Unanswered> {
  if (answer.ok) return new Unanswered('portal', 'no tus answer')
  return refusal(answer, await readJson(answer))
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', buffer(bytes)))
  return btoa(String.fromCharCode(...digest))
}
