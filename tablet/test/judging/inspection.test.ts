// What an inspector sees of a visit in progress: verdicts, what is still missing, and what nobody types.
import { describe, expect, it } from 'vitest'
import { computedValue } from '../../src/core/judging/computed.ts'
import { contextOf, type Held, type Inspected, inspectedOn, judgeInspection, measuredDays } from '../../src/core/judging/inspection.ts'
import { missing, missingPhotos } from '../../src/core/judging/missing.ts'
import type { Checklist, Field, Item, Section, State } from '../../src/core/types.ts'
import { RULES } from './vectors.ts'

const TEXT = { vi: '', en: '' }

function field(key: string): Field {
  return { key, title: TEXT, type: 'number', unit: null, unit_from: null, many: false, choices: [] }
}

function item(key: string, more: Partial<Item> = {}): Item {
  return {
    key, text: TEXT, type: 'answer', fields: [], columns: [], required: false, photo: 'none', when: null, procedure: null,
    legal_basis: [], ...more,
  }
}

function checklist(code: string, ...sections: Partial<Section>[]): Checklist {
  const empty = { per: 'visit' as const, title: TEXT, instrument_types: [], items: [] }
  const whole = sections.map((section, n) => ({ key: `s${n}`, ...empty, ...section }))
  return { code, version: 1, sha256: 'a', title: TEXT, legal_basis: [], sections: whole }
}

function finding(checklist: string, item: string, subject: string | null, more: State): Held {
  const empty = { ordinal: 0, answer: null, values: {}, rows: [], note: '', photo_ids: [] }
  const state = { checklist, item, subject_id: subject, ...empty, ...more }
  return { id: `${item}-${subject}`, state }
}

function inspected(lists: Checklist[], findings: Held[], more: Partial<Inspected> = {}): Inspected {
  const inspection = { planned_on: '2021-07-15', visits: [], checklists: lists.map(({ code, version }) => ({ code, version })) }
  return { inspection, campaignKind: 'x', checklists: lists, rules: RULES, findings, instruments: [], standards: [], ...more }
}

const LOADS = item('NA12', {
  type: 'table',
  required: true,
  columns: [field('load'), field('indication')],
  procedure: {
    name: 'nawi-load',
    parameters: {
      accuracy_class: { value: 'III' }, e: { value: '20' }, unit: { value: 'kg' }, zero_error: { from: 'item:NA11' },
    },
    rows: { load: 'load', indication: 'indication' },
  },
})
const STICKER = item('NA05', { required: true, photo: 'required' })
const WHY = item('NA06', {
  required: true, when: { compare: { from: 'item:NA05.answer', op: 'eq', value: 'nonconforming' } }, photo: 'on_nonconforming',
})
const SCALES = checklist(
  'weighing', { items: [item('GE01', { required: true })] }, { per: 'instrument', items: [STICKER, WHY, item('NA11'), LOADS] },
)
const SCALE: Held = { id: 'cân', state: { type: 'weighbridge' } }

describe('the verdicts of an inspection', () => {
  const rows = [{ load: '10000', indication: '10025' }]

  it('use the zero error of the same scale, and twice the limit in service', () => {
    const loads = finding('weighing', 'NA12', 'cân', { rows })
    const zero = finding('weighing', 'NA11', 'cân', { values: { value: '5' } })
    const other = finding('weighing', 'NA11', 'cân khác', { values: { value: '40' } })
    const verdict = (...findings: Held[]) =>
      judgeInspection(inspected([SCALES], findings, { instruments: [SCALE] })).get('NA12-cân')?.verdict
    expect(verdict(loads, zero, other)).toBe('pass')
    expect(verdict(loads, other)).toBe('fail')
  })

  it('are those of verification in a verification campaign', () => {
    const loads = finding('weighing', 'NA12', 'cân', { rows: [{ load: '10000', indication: '10015' }] })
    const verdict = (campaignKind: string) =>
      judgeInspection(inspected([SCALES], [loads], { campaignKind })).get(loads.id)?.verdict
    expect([verdict('kiem_tra_nha_nuoc'), verdict('kiem_dinh_luu_dong')]).toEqual(['pass', 'fail'])
    expect(contextOf('kiem_dinh_hieu_chuan')).toBe('verification')
  })

  it('fall where the weights had no certificate on a day of the visits', () => {
    const loads = finding('weighing', 'NA12', 'cân', { rows: [{ load: '10000', indication: '10000' }] })
    const state = { kind: 'mass', name: 'Quả cân F1', certificates: [{ issued_on: '2020-08-01', valid_until: '2021-08-01' }] }
    const weights: Held = { id: 'q1', state }
    const visits = [{ started_at: '2021-08-02T09:00:00+07:00' }, { started_at: '2021-07-30T09:00:00+07:00' }]
    const input = inspected([SCALES], [loads], { standards: [weights] })
    const found = judgeInspection({ ...input, inspection: { ...input.inspection, visits, standards: ['q1'] } }).get(loads.id)
    expect(found?.verdict).toBe('inconclusive')
    expect(found?.explanation).toContain('Quả cân F1 hết hạn hiệu chuẩn ngày 01/08/2021, trước ngày kiểm tra 02/08/2021')
  })

  it('rest on the first visit, else on the planned day', () => {
    const begun = ['2021-08-02T00:30:00+07:00', '2021-07-30T09:00:00+07:00', null]
    const visits = begun.map((started_at) => ({ started_at }))
    expect(measuredDays({ planned_on: '2021-07-01', visits })).toEqual(['2021-07-30', '2021-08-02'])
    expect(inspectedOn({ planned_on: '2021-07-01', visits: [] })).toBe('2021-07-01')
    expect(inspectedOn({})).toBeNull()
  })
})

describe('what is missing', () => {
  const lacks = (findings: Held[], begun = {}) => {
    const found = missing(SCALES, findings.map((each) => each.state), new Map([['cân', SCALE.state]]), begun)
    return found.map((each) => `${each.item} ${each.subject}`)
  }

  it('is asked of the visit always, of an instrument once it was begun', () => {
    expect(lacks([])).toEqual(['GE01 null'])
    expect(lacks([], { s1: ['cân'] })).toEqual(['GE01 null', 'NA05 cân', 'NA12 cân'])
    expect(lacks([finding('weighing', 'NA11', 'cân', { note: 'đo lại' })])).toEqual(['GE01 null', 'NA05 cân', 'NA12 cân'])
    expect(lacks([finding('weighing', 'NA11', 'cân', {})])).toEqual(['GE01 null'])
  })

  it('follows the answers', () => {
    const bad = finding('weighing', 'NA05', 'cân', { answer: 'nonconforming' })
    expect(lacks([bad])).toEqual(['GE01 null', 'NA06 cân', 'NA12 cân'])
    const struck = { answer: 'nonconforming', voided: { reason: 'nhầm' } }
    expect(lacks([finding('weighing', 'NA05', 'cân', struck)])).toEqual(['GE01 null'])
  })

  it('counts photos of what was looked at, and of what does not conform', () => {
    const photos = (...findings: Held[]) =>
      missingPhotos(SCALES, findings.map((each) => each.state)).map((each) => each.item)
    expect(photos(finding('weighing', 'NA05', 'cân', { answer: 'conforming' }))).toEqual(['NA05'])
    expect(photos(finding('weighing', 'NA05', 'cân', { answer: 'not_checked' }))).toEqual([])
    expect(photos(finding('weighing', 'NA05', 'cân', { answer: 'conforming', photo_ids: ['p'] }))).toEqual([])
    expect(photos(finding('weighing', 'NA06', 'cân', { answer: 'conforming' }))).toEqual([])
    expect(photos(finding('weighing', 'NA06', 'cân', { answer: 'nonconforming' }))).toEqual(['NA06'])
  })
})

describe('what nobody types', () => {
  const table = item('PP09', {
    type: 'table',
    columns: [field('actual')],
    procedure: {
      name: 'prepackage-lot',
      parameters: {
        nominal: { from: 'item:PP03.nominal' }, unit: { value: 'g' }, lot_size: { from: 'item:PP05.value' },
      },
      rows: { actual: 'actual' },
    },
  })
  const figures = item('PP10', { type: 'computed', fields: ['mean', 's', 'limit'].map(field) })
  const counts = item('PP11', { type: 'computed', fields: ['t1', 't2'].map(field) })
  const label = [item('PP03'), item('PP05')]
  const lots = checklist('prepackage', { items: label }, { per: 'sample', items: [table, figures, counts] })

  it('is the mean, s and the lower limit of a lot, and how many units lack more than T', () => {
    const lot = [
      finding('prepackage', 'PP03', null, { values: { nominal: '500' } }),
      finding('prepackage', 'PP05', null, { values: { value: '3' } }),
      finding('prepackage', 'PP09', 'lô', { rows: [{ actual: '500' }, { actual: '499' }, { actual: '470' }] }),
    ]
    const input = inspected([lots], lot)
    expect(computedValue(figures, lots, 'lô', input)).toEqual({ mean: '489.667', s: '17.0392', limit: '500.000' })
    expect(computedValue(counts, lots, 'lô', input)).toEqual({ t1: '1', t2: '0' })
    expect(computedValue(counts, lots, 'lô khác', input)).toBeNull()
    expect(computedValue(table, lots, 'lô', input)).toBeNull()
    expect(computedValue(figures, lots, 'lô', inspected([lots], lot.slice(2)))).toBeNull()
  })

  const ended = item('KD11', { type: 'computed', fields: [field('conclusion'), field('reasons')] })
  const first = checklist(
    'mobile-verification',
    { key: 'means', items: [item('KD06')] },
    { key: 'receipt', per: 'instrument', items: [item('KD04')] },
    { key: 'verification', per: 'instrument', items: [item('KD07', { required: true })] },
    { key: 'measurement', per: 'instrument', items: [{ ...LOADS, key: 'KD0902' }] },
    { key: 'conclusion', per: 'instrument', items: [ended] },
  )
  const session = { on: '2021-07-15', standards: ['q1'], environment: [{ temperature: '29', humidity: '70' }] }
  const team = [{ user_id: 'u1', name: 'Chuẩn', procedures: ['30'], certificate: { valid_to: '2022-01-01' } }]
  const weights: Held = { id: 'q1', state: { kind: 'mass', calibrated_until: '2021-12-31' } }
  const mine = (key: string, more: State) => finding('mobile-verification', key, 'cân', more)
  const whole = (indication: string) => [
    mine('KD04', { values: { procedure: '30' } }), mine('KD07', { answer: 'conforming' }),
    mine('KD0902', { rows: [{ load: '10000', indication }] }),
  ]
  const concluded = (findings: Held[], more: Partial<Inspected> = {}) => {
    const around = { session, team, verifier: 'u1', standards: [weights], instruments: [SCALE], campaignKind: 'kiem_dinh_luu_dong' }
    return computedValue(ended, first, 'cân', inspected([first], findings, { ...around, ...more }))
  }

  it('is the conclusion with its reasons, by what the session carries and who verifies', () => {
    expect(concluded(whole('10000'))).toEqual({ conclusion: 'pass', reasons: '' })
    expect(concluded(whole('10015'))).toMatchObject({ conclusion: 'fail' })
    expect(concluded(whole('10000'), { team: [] })).toEqual({
      conclusion: 'inconclusive', reasons: 'kiểm định viên không có trong thành phần đoàn',
    })
    const late = { ...session, on: '2022-02-01' }
    expect(String(concluded(whole('10000'), { session: late })?.['reasons'])).toContain('hết hạn hiệu chuẩn')
    expect(concluded([])).toBeNull()
  })
})
