// Which papers a tablet offers, and in which words it refuses: the office's desk says the same (tests/server/services/test_paper_desk.py).
import { describe, expect, test } from 'vitest'
import { amendedFindings, blocked, offers, seriesOf, statusOf, unlistedSamples } from '../../src/core/closing/forms.ts'
import { caseIn, doc, having, paper } from './cases.ts'

const SEAL = doc('seal', { type: 'seal', instrument_id: 'i', at: '2026-11-26T09:00:00+07:00' })

describe('what can be issued', () => {
  test('an inspection that is under way', () => {
    expect(offers(caseIn('in_progress')).filter((each) => each.blocked === null).map((each) => each.form)).toEqual(['announcement', 'working', 'inspection'])
  })

  test('only by the leader or a substitute named in writing', () => {
    const team = [{ user_id: 'u-leader', role: 'deputy', name: 'A' }]
    expect(blocked(caseIn('in_progress', { campaign: { id: 'c', team } }), 'inspection')).toEqual({ code: 'not_leader' })
    const named = [{ user_id: 'u-leader', role: 'substitute', name: 'A' }]
    expect(blocked(caseIn('in_progress', { campaign: { id: 'c', team: named } }), 'inspection')).toBeNull()
  })

  test('nothing while checklists or rules are missing on the tablet', () => {
    expect(blocked(caseIn('in_progress', { complete: false }), 'inspection')).toEqual({ code: 'incomplete' })
  })

  test('each closing paper once', () => {
    expect(blocked(having(caseIn('in_progress'), paper('inspection', 1)), 'inspection')).toEqual({ code: 'already', number: '01/BB-ĐKT' })
    expect(blocked(having(caseIn('in_progress'), paper('inspection', 1, { status: 'void' })), 'inspection')).toBeNull()
  })

  test('an announcement only once its time is recorded', () => {
    expect(blocked(caseIn('in_progress', { state: { decision_announced_at: null } }), 'announcement')).toEqual({ code: 'not_announced' })
  })

  test('an amendment only of minutes that were sent back', () => {
    expect(blocked(caseIn('returned'), 'amendment')).toEqual({ code: 'no_first' })
    const issued = having(caseIn('issued'), paper('inspection', 1, { rev: 1, status: 'issued' }))
    expect(blocked(issued, 'amendment')).toEqual({ code: 'status', status: 'issued' })
    expect(blocked({ ...issued, inspection: caseIn('returned').inspection }, 'amendment')).toBeNull()
  })

  test('sealing for what no paper lists yet, unsealing only of what one lists', () => {
    const sealed = caseIn('in_progress', { measures: [SEAL] })
    expect(blocked(sealed, 'sealing')).toBeNull()
    expect(blocked(caseIn('in_progress'), 'sealing')).toEqual({ code: 'no_measure', measure: 'seal' })
    const listed = having(sealed, paper('sealing', 2, { document: { seals: [{ id: 'seal' }] } }))
    expect(blocked(listed, 'sealing')).toEqual({ code: 'measures_done', measure: 'seal' })
    const opened = doc('open', { type: 'unseal', instrument_id: 'i', at: '2026-11-26T10:00:00+07:00' })
    expect(blocked({ ...sealed, measures: [SEAL, opened] }, 'unsealing')).toEqual({ code: 'rests_on' })
    expect(blocked({ ...listed, measures: [SEAL, opened] }, 'unsealing')).toBeNull()
  })

  test('a visit that came to nothing needs its reason, time, picture and witness', () => {
    const bare = caseIn('planned')
    expect(blocked(bare, 'not_carried_out')).toEqual({ code: 'attempt', lacks: ['cause', 'at', 'photo', 'witness'] })
    const attempt = { cause: 'closed', at: '2026-11-26T08:30:00+07:00', no_witness_reason: 'xã không cử được người' }
    const told = caseIn('planned', { state: { attempt, reason: 'Cổng khóa' }, photos: [doc('p', { purpose: 'evidence' })] })
    expect(blocked(told, 'not_carried_out')).toBeNull()
    expect(blocked({ ...told, inspection: caseIn('in_progress').inspection }, 'not_carried_out')).toEqual({ code: 'status', status: 'in_progress' })
  })

  test('sampling for samples on no standing paper', () => {
    const samples = [doc('s1', {}), doc('s2', {})]
    const of = having(caseIn('in_progress', { samples }), paper('sampling', 3, { document: { samples: [{ id: 's1' }] } }))
    expect(unlistedSamples(of).map((each) => each.id)).toEqual(['s2'])
    expect(blocked(caseIn('in_progress'), 'sampling')).toEqual({ code: 'no_samples' })
  })
})

describe('the status on this tablet', () => {
  test('is ended by minutes that the server has not seen', () => {
    expect(statusOf(having(caseIn('in_progress'), paper('inspection', 1)))).toBe('issued')
    expect(statusOf(having(caseIn('planned'), paper('not_carried_out', 1)))).toBe('not_carried_out')
    expect(statusOf(having(caseIn('in_progress'), paper('not_carried_out', 1)))).toBe('in_progress')
  })

  test('is open again once they are void', () => {
    expect(statusOf(having(caseIn('in_progress'), paper('inspection', 1, { status: 'void' })))).toBe('in_progress')
  })

  test('is returned until the amendment is issued, whatever the first minutes say', () => {
    const first = paper('inspection', 1, { rev: 1, status: 'issued' })
    expect(statusOf(having(caseIn('returned'), first))).toBe('returned')
    expect(statusOf(having(caseIn('returned'), first, paper('amendment', 2)))).toBe('issued')
  })
})

test('a form takes its own series, else the first one for minutes, never that of a notice', () => {
  expect(seriesOf(caseIn('in_progress'), 'working')).toEqual({ series: 'BB-ĐKT', symbol: 'BB-ĐKT' })
  const notices = { id: 'o', series: [{ series: 'TB', symbol: 'TB', form: 'suspension_notice' }] }
  expect(seriesOf(caseIn('in_progress', { organisation: notices }), 'inspection')).toBeNull()
  expect(blocked(caseIn('in_progress', { organisation: notices }), 'inspection')).toEqual({ code: 'no_series' })
})

test('an amendment prints what came back and what nobody has signed for yet', () => {
  const findings = ['f1', 'f2', 'f3'].map((id) => doc(id, { item: id }))
  const state = { review: { items: [{ finding_id: 'f2', remark: 'Ghi lại số tem' }] } }
  const first = paper('inspection', 1, { rev: 1, status: 'issued', document: { findings: [{ id: 'f1' }, { id: 'f2' }] } })
  expect(amendedFindings(having(caseIn('returned', { findings, state }), first)).map((each) => each.id)).toEqual(['f2', 'f3'])
})
