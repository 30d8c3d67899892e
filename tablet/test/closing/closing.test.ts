// The check before closing: what stops a paper, what is only said. Missing results never stop one: paper must come out in the field.
import { describe, expect, test } from 'vitest'
import { concerns, isStopped, type Around } from '../../src/core/closing/closing.ts'
import type { Checklist, Item } from '../../src/core/types.ts'
import { caseIn, doc } from './cases.ts'

const AROUND: Around = { numbers: { series: 'BB-ĐKT', year: 2026, left: 20 }, clock: { offsetMs: 900, ageS: 60 }, engine: true, syncedAt: '2026-11-26T07:30:00+07:00' }

function item(key: string, more: Partial<Item> = {}): Item {
  return { key, text: { vi: `Mục ${key}`, en: key }, type: 'answer', fields: [], columns: [], required: true, photo: 'none', when: null, procedure: null, legal_basis: [], ...more }
}

const LIST: Checklist = {
  code: 'fuel-dispenser', version: 1, sha256: 'a', title: { vi: 'Cột đo', en: 'Dispenser' }, legal_basis: [],
  sections: [
    { key: 'site', per: 'visit', instrument_types: [], title: { vi: 'Hồ sơ', en: 'Papers' }, items: [item('FU01'), item('FU02', { photo: 'on_nonconforming' }), item('FU03', { required: false })] },
    { key: 'nozzle', per: 'instrument', instrument_types: ['nozzle'], title: { vi: 'Vòi', en: 'Nozzle' }, items: [item('FU10')] },
  ],
}
const NOZZLE = doc('n1', { type: 'nozzle', serial: 'TX-4411', attributes: { label: 'vòi 1' } })

function found(code: string, more: Parameters<typeof caseIn>[1] = {}, around: Partial<Around> = {}) {
  const of = caseIn('in_progress', { checklists: [LIST], instruments: [NOZZLE], ...more })
  return concerns(of, 'inspection', { ...AROUND, ...around }).filter((each) => each.code === code)
}

const answered = (id: string, key: string, more = {}) => doc(id, { checklist: 'fuel-dispenser', item: key, subject_id: null, answer: 'conforming', ...more })

describe('gaps', () => {
  test('every required item without a result, of the visit and of each instrument of the site', () => {
    const places = found('missing_item', { findings: [answered('f', 'FU01')] }).map((each) => 'at' in each && [each.at.section, each.at.item, each.at.subject, each.at.subjectName])
    expect(places).toEqual([['site', 'FU02', null, ''], ['nozzle', 'FU10', 'n1', 'vòi 1, TX-4411']])
  })

  test('a nonconformity without the photo and the requirement that it calls for', () => {
    const findings = [answered('f', 'FU02', { answer: 'nonconforming' })]
    expect(found('missing_photo', { findings })).toHaveLength(1)
    expect(found('unrequired', { findings })).toHaveLength(1)
    const told = { findings: [answered('f', 'FU02', { answer: 'nonconforming', photo_ids: ['p'] })], requirements: [doc('r', { finding_ids: ['f'] })] }
    expect(found('missing_photo', told)).toEqual([])
    expect(found('unrequired', told)).toEqual([])
  })

  test('never stop a paper', () => {
    expect(isStopped(concerns(caseIn('in_progress', { checklists: [LIST] }), 'inspection', AROUND))).toBe(false)
  })
})

describe('numbers', () => {
  test('none left stops, few left warns', () => {
    const none = { numbers: { ...AROUND.numbers, left: 0 } }
    expect(found('no_numbers', {}, none)).toEqual([{ weight: 'stop', code: 'no_numbers', series: 'BB-ĐKT', year: 2026 }])
    expect(isStopped(concerns(caseIn('in_progress'), 'inspection', { ...AROUND, ...none }))).toBe(true)
    expect(found('few_numbers', {}, { numbers: { ...AROUND.numbers, left: 5 } })).toMatchObject([{ weight: 'warn', left: 5 }])
    expect(found('few_numbers', {}, { numbers: { ...AROUND.numbers, left: 6 } })).toEqual([])
  })
})

describe('the clock', () => {
  test('is told by how much it is ahead or behind, beyond five minutes', () => {
    expect(found('clock', {}, { clock: { offsetMs: -12 * 60_000, ageS: 5 } })).toMatchObject([{ minutes: 12 }])
    expect(found('clock', {}, { clock: { offsetMs: 9 * 60_000, ageS: 5 } })).toMatchObject([{ minutes: -9 }])
    expect(found('clock', {}, { clock: { offsetMs: 5 * 60_000, ageS: 5 } })).toEqual([])
    expect(found('clock_unproven', {}, { clock: null })).toHaveLength(1)
  })
})

test('without the engine that sets the pages nothing is issued', () => {
  expect(isStopped(concerns(caseIn('in_progress'), 'inspection', { ...AROUND, engine: false }))).toBe(true)
})

test('a standard past its calibration on the day of the visit is named, with the reason where one was given', () => {
  const standards = [doc('s', { name: 'Bình chuẩn 20 L', serial: 'BC20', certificates: [{ number: '1', issued_on: '2025-01-01', valid_until: '2025-12-31' }] })]
  expect(found('standard', { standards })).toMatchObject([{ name: 'Bình chuẩn 20 L', until: '2025-12-31', reason: '' }])
  expect(found('standard', { standards, state: { standard_overrides: { s: 'đã gửi hiệu chuẩn lại' } } })).toMatchObject([{ reason: 'đã gửi hiệu chuẩn lại' }])
})

test('the work of others is counted as far as it came', () => {
  const findings = [answered('f', 'FU01', { created_by: 'u-2' })]
  expect(found('member', { findings })).toEqual([{ weight: 'note', code: 'member', name: 'Nguyễn Văn Kiên', count: 1 }])
})

test('values on which two people differ are counted until somebody chose', () => {
  expect(found('conflicts', { findings: [answered('f', 'FU01', { conflicts: { note: [{ value: 'a' }], answer: [] } })] })).toMatchObject([{ count: 1 }])
})

test('what stops comes first, what is only good to know last', () => {
  const weights = concerns(caseIn('issued', { checklists: [LIST] }), 'inspection', { ...AROUND, clock: null }).map((each) => each.weight)
  expect(weights).toEqual([...weights].sort((a, b) => ['stop', 'warn', 'note'].indexOf(a) - ['stop', 'warn', 'note'].indexOf(b)))
  expect(weights[0]).toBe('stop')
})
