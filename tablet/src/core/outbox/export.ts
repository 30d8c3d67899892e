// The last resort: everything of a device that is nowhere else, in one file that any computer opens.
import type { Operation } from '../types.ts'
import { type DeviceDb, deviceDb, type PhotoRow } from '../store/db.ts'
import { instant } from './clock.ts'
import { type Part, zip } from './zip.ts'

export interface Exported {
  name: string
  file: Blob
  operations: number
  refused: number
  photos: number
}

/** Write what is unsent or was refused: operations with the server's words, photos' bytes, and the SHA-256 of each part. */
export async function exported(device: string): Promise<Exported> {
  const db = deviceDb(device)
  const waiting = await db.outbox.where('state').equals('waiting').toArray()
  const notices = await db.notices.filter((notice) => notice.why !== 'conflict').toArray()
  const photos = await db.photos.where('state').notEqual('complete').toArray()
  const refused = notices.map(({ op, why, code, detail }) => ({ why, code, detail, operation: op }))
  const parts = [await listed(db, waiting.map((row) => row.op), refused), ...photos.flatMap(picture)]
  const sums: string[] = []
  for (const part of parts) sums.push(`${await sha256(part.bytes)}  ${part.name}`)
  const all = [...parts, { name: 'SHA256SUMS', bytes: new Blob([`${sums.join('\n')}\n`]) }]
  const stamp = instant().slice(0, 19).replace('T', '-').replaceAll(':', '')
  return {
    name: `hien-truong-${stamp}.zip`, file: await zip(all), operations: waiting.length, refused: notices.length, photos: parts.length - 1,
  }
}

async function listed(db: DeviceDb, operations: Operation[], refused: object[]): Promise<Part> {
  const identity = await db.read('identity')
  const whose = identity && { device: identity.server_device, kid: identity.kid, user: identity.user, tablet_name: identity.tablet_name }
  const body = { exported_at: instant(), ...whose, epoch: (await db.read('epoch')) ?? null, operations, refused }
  return { name: 'operations.json', bytes: new Blob([JSON.stringify(body, null, 1)], { type: 'application/json' }) }
}

function picture(photo: PhotoRow): Part[] {
  const ending = photo.media_type.split('/')[1]?.replace('jpeg', 'jpg') ?? 'bin'
  return photo.blob === null ? [] : [{ name: `photos/${photo.id}.${ending}`, bytes: photo.blob }]
}

async function sha256(blob: Blob): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
