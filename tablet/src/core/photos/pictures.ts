// The photos of an inspection as the tablet holds them: small pictures, and how far their bytes have come.
import type { PhotoRow } from '../store/db.ts'
import type { Session } from '../store/session.ts'

/** What a screen shows of a photo's bytes. */
export type Picture = Pick<PhotoRow, 'id' | 'thumb' | 'size' | 'state' | 'offset' | 'reason' | 'failures'>

/** The photos of an inspection whose bytes came from this tablet, the oldest first. */
export async function pictures(s: Pick<Session, 'db'>, inspection: string): Promise<Picture[]> {
  const rows = await s.db.photos.where('inspection').equals(inspection).toArray()
  return rows.map(({ id, thumb, size, state, offset, reason, failures }) => ({ id, thumb, size, state, offset, reason, failures }))
}

/** The bytes of a photo, null where they are not (or no longer) on this tablet. */
export async function blob(s: Pick<Session, 'db'>, photo: string): Promise<Blob | null> {
  return (await s.db.photos.get(photo))?.blob ?? null
}
