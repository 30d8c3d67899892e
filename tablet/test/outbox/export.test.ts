// The exported file: read by another's unzip, with every byte that is nowhere else.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { exported } from '../../src/core/outbox/export.ts'
import { create, patch } from '../../src/core/outbox/record.ts'
import { crc32, zip } from '../../src/core/outbox/zip.ts'
import { keep } from '../../src/core/photos/storage.ts'
import { pulled, signedIn, wipe } from '../bench.ts'

let folder: string | undefined
afterEach(wipe)
afterEach(() => {
  if (folder) rmSync(folder, { recursive: true })
  folder = undefined
})

async function unpacked(file: Blob): Promise<(name: string) => Buffer> {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
  writeFileSync(join(folder, 'all.zip'), Buffer.from(await file.arrayBuffer()))
  // Python's own reader checks every CRC.
  execFileSync('python3', ['-c', "import sys, zipfile; z = zipfile.ZipFile('all.zip'); assert z.testzip() is None; z.extractall()"], { cwd: folder })
  return (name) => readFileSync(join(folder!, name))
}

it('holds unsent operations, refused ones with their reason, photos, and a sum of each', async () => {
  const s = await signedIn('Trần Thị Bình')
  const inspection = await pulled(s, 'inspection', { campaign_id: 'c' })
  await patch(s, 'inspection', inspection, { conclusion: 'Chưa gửi' })
  const refused = await create(s, 'measure', { scope: 'campaign:c', parent: inspection, set: { inspection_id: inspection } })
  const row = (await s.db.outbox.toCollection().last())!
  await s.db.outbox.update(row.device_seq, { state: 'kept' })
  await s.db.notices.put({
    op_id: row.op_id, device_seq: row.device_seq, kind: 'measure', id: refused, why: 'quarantined', op: row.op, code: 'malformed',
    detail: 'Thao tác không đúng định dạng.', at: 0, seen: 0, over: 0,
  })
  const bytes = new Uint8Array(100_000).map((_, index) => index * 7)
  await keep(s, { id: 'ảnh-1', inspection, blob: new Blob([bytes]), sha256: 'x', media_type: 'image/jpeg' })

  const found = await exported(s.device)
  expect(found).toMatchObject({ operations: 1, refused: 1, photos: 1 })
  const read = await unpacked(found.file)
  const listed = JSON.parse(read('operations.json').toString()) as { operations: { set: object }[]; refused: { detail: string }[]; user: { name: string } }
  expect(listed.operations.map((op) => op.set)).toEqual([{ conclusion: 'Chưa gửi' }])
  expect(listed.refused).toMatchObject([{ why: 'quarantined', detail: 'Thao tác không đúng định dạng.', operation: { id: refused } }])
  expect(listed.user.name).toBe('Trần Thị Bình')
  expect(new Uint8Array(read('photos/ảnh-1.jpg'))).toEqual(bytes)
  for (const line of read('SHA256SUMS').toString().trim().split('\n')) {
    const [sum, name] = line.split('  ')
    expect(createHash('sha256').update(read(name!)).digest('hex')).toBe(sum)
  }
})

it('knows CRC-32', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

it('writes an empty file, too', async () => {
  expect((await zip([])).size).toBe(22)
})
