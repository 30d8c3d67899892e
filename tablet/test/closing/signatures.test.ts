// How people signed: who is asked for, what a record lacks, when a paper still waits for its signed copy.
import { describe, expect, test } from 'vitest'
import { allSaid, awaitsPages, begin, expected, faults, MAX_STROKES, signatureFields, type Signing } from '../../src/core/closing/signatures.ts'
import { doc, paper } from './cases.ts'

const SIGNERS = [
  { role: 'representative', heading: 'ĐẠI DIỆN CƠ SỞ', name: 'Phạm Thị Bán', title: 'Cửa hàng trưởng' },
  { role: 'team_leader', heading: 'TRƯỞNG ĐOÀN', name: 'Hoàng Minh Đức', title: '' },
]
const PAPER = paper('inspection', 1, { document: { signatures: SIGNERS } })

function said(more: Partial<Signing>): Signing {
  return { role: 'representative', name: 'Phạm Thị Bán', title: 'Cửa hàng trưởng', outcome: 'ink', reason: '', witness: { name: '', capacity: '' }, unwitnessed: '', strokes: null, ...more }
}

describe('who signs', () => {
  test('everybody whose name is printed, each with what was recorded on this very paper', () => {
    const own = doc('s', { minutes_id: PAPER.id, role: 'representative', name: 'Phạm Thị Bán', outcome: 'refused' })
    const other = doc('t', { minutes_id: 'm-other', role: 'team_leader', name: 'Hoàng Minh Đức', outcome: 'ink' })
    expect(expected(PAPER, [own, other]).map((each) => [each.name, each.signature?.id ?? null])).toEqual([['Phạm Thị Bán', 's'], ['Hoàng Minh Đức', null]])
    expect(allSaid(PAPER, [own, other])).toBe(false)
  })

  test('and whoever signed besides', () => {
    const witness = doc('w', { minutes_id: PAPER.id, role: 'witness', name: 'Đỗ Văn Xã', title: 'Phó Chủ tịch UBND xã', outcome: 'ink' })
    expect(expected(PAPER, [witness]).at(-1)).toMatchObject({ role: 'witness', name: 'Đỗ Văn Xã', signature: { id: 'w' } })
  })
})

describe('a record', () => {
  test('of a refusal names who saw it, or says why nobody did', () => {
    expect(faults(said({ outcome: 'refused' }))).toEqual(['witness'])
    expect(faults(said({ outcome: 'refused', witness: { name: 'Đỗ Văn Xã', capacity: '' } }))).toEqual([])
    expect(faults(said({ outcome: 'refused', unwitnessed: 'xã không cử được người' }))).toEqual([])
  })

  test('of an absence says why', () => {
    expect(faults(said({ outcome: 'absent' }))).toEqual(['reason'])
  })

  test('of a drawn signature has strokes that the protocol takes', () => {
    const long = [Array.from({ length: MAX_STROKES }, () => 7)]
    expect(faults(said({ outcome: 'drawn' }))).toEqual(['strokes'])
    expect(faults(said({ outcome: 'drawn', strokes: long }))).toEqual(['strokes'])
    expect(faults(said({ outcome: 'drawn', strokes: [[0, 0, 4, 4]] }))).toEqual([])
  })

  test('keeps the reason and no witness where there was none', () => {
    const refused = said({ outcome: 'refused', reason: ' Không đồng ý kết quả ', unwitnessed: 'xã không cử được người' })
    expect(signatureFields(refused, 'm', 'i', '2026-11-26T11:00:00+07:00')).toMatchObject({ minutes_id: 'm', reason: 'Không đồng ý kết quả; xã không cử được người', witness: null, strokes: null })
    const ink = said({ reason: 'còn lại từ lần ghi trước', witness: { name: 'X', capacity: '' } })
    expect(signatureFields(ink, 'm', 'i', '')).toMatchObject({ outcome: 'ink', reason: null, witness: null })
  })

  test('begins from what was recorded before', () => {
    const before = doc('s', { role: 'witness', outcome: 'refused', reason: 'Bận', witness: { name: 'Xã', capacity: 'UBND' } })
    expect(begin({ role: 'witness', heading: '', name: 'A', title: '', signature: before })).toMatchObject({ outcome: 'refused', reason: 'Bận', witness: { name: 'Xã', capacity: 'UBND' } })
  })
})

test('a paper waits for its signed copy until a photo of its pages is there', () => {
  const of = (more: object) => doc('p', { purpose: 'signed_paper', taken_at: '2026-11-26T11:30:00+07:00', ...more })
  expect(awaitsPages(PAPER, [])).toBe(true)
  expect(awaitsPages(PAPER, [of({})])).toBe(false)
  expect(awaitsPages(PAPER, [of({ taken_at: '2026-11-26T10:00:00+07:00' })])).toBe(true)
  expect(awaitsPages(PAPER, [of({ minutes_id: 'm-other' })])).toBe(true)
  expect(awaitsPages(PAPER, [of({ purpose: 'evidence' })])).toBe(true)
})
