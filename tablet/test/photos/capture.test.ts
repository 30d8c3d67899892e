// A photo is kept whole with its record and its place in the answer, or nothing is.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keep } from '../../src/core/photos/capture.ts'
import type { Prepared } from '../../src/core/photos/prepare.ts'
import { parentIn } from '../../src/core/outbox/kinds.ts'
import { get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import { dropPhoto, findingId, record, type Place } from '../../src/ui/work/recording.ts'
import { texts } from '../../src/core/reading.ts'
import { CHECKLIST, pulled, signedIn, wipe } from '../bench.ts'

let s: Session
let place: Place
const BYTES: Prepared = { bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), media_type: 'image/jpeg', sha256: 'b'.repeat(64), original_sha256: null, thumb: null }

beforeEach(async () => {
  s = await signedIn()
  const inspection = await pulled(s, 'inspection', { campaign_id: 'c', status: 'in_progress' })
  place = { inspection, checklist: CHECKLIST, item: 'FU08', subject: null }
})
afterEach(wipe)
afterEach(() => vi.restoreAllMocks())

function attach(photo: string): Promise<unknown> {
  return record(s, place, ({ photo_ids }) => ({ set: { photo_ids: [...texts(photo_ids), photo] }, base: { photo_ids: texts(photo_ids) } }))
}
const given = () => ({ inspection: place.inspection, finding: findingId(place), purpose: 'evidence' as const, position: null, attach })

describe('a photo', () => {
  it('comes with the record that the protocol asks for, and hangs on its answer', async () => {
    const id = await keep(s, given(), BYTES)
    const other = await keep(s, given(), BYTES)
    expect((await get(s, 'photo', id))?.state).toMatchObject({
      inspection_id: place.inspection, finding_id: findingId(place), purpose: 'evidence', sha256: 'b'.repeat(64), size: 4, media_type: 'image/jpeg',
      position: null, original_sha256: null,
    })
    expect(texts((await get(s, 'finding', findingId(place)))?.state.photo_ids).sort()).toEqual([id, other].sort())
    expect((await s.db.photos.get(id))?.state).toBe('waiting')
    expect(await s.db.photos.count()).toBe(2)
  })

  it('of a mark that was spoilt outside any slip is the session’s, and goes on being when it comes back', async () => {
    const session = await pulled(s, 'verification_session', { campaign_id: 'c', on: '2026-11-26' })
    const id = await keep(s, { inspection: null, session, finding: null, purpose: 'evidence', position: null }, BYTES)
    const made = await get(s, 'photo', id)
    expect(made?.state).toMatchObject({ session_id: session, purpose: 'evidence', sha256: 'b'.repeat(64) })
    expect(made?.state).not.toHaveProperty('inspection_id')
    const [row] = (await s.db.outbox.toArray()).filter((each) => each.kind === 'photo')
    expect(row?.op).toMatchObject({ parent: session, scope: 'campaign:c' })
    expect(parentIn('photo', { ...made?.state, inspection_id: null })).toBe(session)
    await expect(keep(s, { inspection: null, session: place.inspection, finding: null, purpose: 'evidence', position: null }, BYTES)).rejects.toMatchObject({ key: 'not_found' })
    expect(await s.db.photos.count()).toBe(1)
  })

  it.each(['photos', 'outbox', 'documents'] as const)('leaves everything as it was where “%s” is full', async (table) => {
    const before = [await s.db.photos.count(), await s.db.outbox.count(), await s.db.documents.count()]
    const full = () => Promise.reject(Object.assign(new Error('full'), { name: 'QuotaExceededError' }))
    vi.spyOn(s.db[table], table === 'documents' ? 'put' : 'add').mockImplementation(full as never)
    await expect(keep(s, given(), BYTES)).rejects.toMatchObject({ key: 'storage_full' })
    vi.restoreAllMocks()
    expect([await s.db.photos.count(), await s.db.outbox.count(), await s.db.documents.count()]).toEqual(before)
  })

  it('that is crossed out stays in the file with its reason and leaves the answer', async () => {
    const id = await keep(s, given(), BYTES)
    await dropPhoto(s, place, id, 'Ảnh mờ')
    expect((await get(s, 'photo', id))?.state.voided).toMatchObject({ reason: 'Ảnh mờ' })
    expect(texts((await get(s, 'finding', findingId(place)))?.state.photo_ids)).toEqual([])
    expect(await s.db.photos.get(id)).toBeDefined()
  })
})
