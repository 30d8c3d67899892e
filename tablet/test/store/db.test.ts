// Schema versions: an upgrade brings every row along, and one that is killed half way changes nothing.
import { afterEach, expect, it } from 'vitest'
import { DEVICE_VERSIONS, DeviceDb, letGo, type Version } from '../../src/core/store/db.ts'
import { get } from '../../src/core/store/documents.ts'
import { keep } from '../../src/core/photos/storage.ts'
import { create } from '../../src/core/outbox/record.ts'
import { pulled, signedIn, wipe } from '../bench.ts'

afterEach(wipe)

/** The next version: rows are rewritten one by one, as a real upgrade does it. */
function next(afterRow: (count: number) => void): Version {
  return {
    version: Math.max(...DEVICE_VERSIONS.map((each) => each.version)) + 1,
    stores: { outbox: 'device_seq, op_id, [kind+id], state, settled, urgent' },
    upgrade: async (transaction) => {
      let count = 0
      await transaction.table('outbox').toCollection().modify((row: { urgent?: number }) => {
        row.urgent = 0
        afterRow(++count)
      })
    },
  }
}

async function full(): Promise<{ device: string; site: string }> {
  const s = await signedIn()
  const site = await pulled(s, 'establishment', { name: 'Cửa hàng số 1' })
  const inspection = await pulled(s, 'inspection', { campaign_id: 'c', establishment_id: site })
  for (let n = 0; n < 12; n++) await create(s, 'requirement', { scope: 'campaign:c', parent: inspection, set: { inspection_id: inspection, text: `${n}` } })
  for (let n = 0; n < 60; n++) await keep(s, { id: `p${n}`, inspection, blob: new Blob([`ảnh ${n}`]), sha256: '', media_type: 'image/jpeg' })
  letGo(s.device)
  return { device: s.device, site }
}

it('brings twelve operations and sixty photos over', async () => {
  const { device } = await full()
  const db = new DeviceDb(device, [...DEVICE_VERSIONS, next(() => undefined)])
  expect(await db.outbox.count()).toBe(12)
  expect(await db.outbox.where('urgent').equals(0).count()).toBe(12)
  expect(await db.photos.count()).toBe(60)
  db.close()
})

it.each([1, 7, 12])('loses nothing when it is killed after row %i', async (last) => {
  const { device } = await full()
  const dying = new DeviceDb(device, [
    ...DEVICE_VERSIONS,
    next((count) => {
      if (count === last) throw new Error('the tab was killed')
    }),
  ])
  await expect(dying.open()).rejects.toThrow()
  dying.close()
  const old = new DeviceDb(device)
  expect((await old.outbox.toArray()).filter((row) => 'urgent' in row)).toEqual([])
  expect([await old.outbox.count(), await old.photos.count()]).toEqual([12, 60])
  old.close()
  const again = new DeviceDb(device, [...DEVICE_VERSIONS, next(() => undefined)])
  expect(await again.outbox.where('urgent').equals(0).count()).toBe(12)
  expect(await (await again.photos.get('p59'))?.blob?.text()).toBe('ảnh 59')
  again.close()
})

it('shows what was sealed before an upgrade', async () => {
  const s = await signedIn()
  const site = await pulled(s, 'establishment', { name: 'Trạm cân' })
  letGo(s.device)
  const db = new DeviceDb(s.device, [...DEVICE_VERSIONS, next(() => undefined)])
  expect((await get({ ...s, db }, 'establishment', site))?.state.name).toBe('Trạm cân')
  db.close()
})
