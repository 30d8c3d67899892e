// What happens at the table: marks in the hand, the way of one instrument, money, the count at the day's end.
import { describe, expect, it } from 'vitest'
import type { Document, Kind, State } from '../../../src/core/types.ts'
import type { Place } from '../../../src/core/judging/verification.ts'
import { differenceOf, faultOf, matchOf, serialIn } from '../../../src/ui/verification/marks.ts'
import { amountOf, byMethod, dong, paidOf, pricesOf, sum } from '../../../src/ui/verification/money.ts'
import { allowed, isReady, mayShorten, papersOf, stepOf } from '../../../src/ui/verification/one.ts'
import { awaitingOf } from '../../../src/ui/verification/papers.ts'
import { counted, shownOf, type Line } from '../../../src/ui/verification/queue.ts'

function document(kind: Kind, id: string, state: State): Document {
  return { kind, id, scope: 'campaign:c', rev: 1, waiting: 0, refused: 0, state }
}

describe('the mark in the hand', () => {
  it.each([
    ['26A000123', 'matches'], ['26a 000123', 'matches'], ['123', 'matches'], ['23', 'other'], ['124', 'other'], ['', 'empty'], ['  ', 'empty'],
  ] as const)('%s is the next one or not', (said, is) => expect(matchOf(said, '26A000123')).toBe(is))
  it('is nobody’s next where the roll is used up', () => expect(matchOf('26A000123', null)).toBe('other'))
  it('may be an address', () => expect(serialIn(' https://tem.example/s/26A000123 ')).toBe('26A000123'))
})

describe('a count', () => {
  it.each([
    [{ expected: 12, counted: '12', explanation: '' }, null, 0],
    [{ expected: 12, counted: '11', explanation: '' }, 'explain', -1],
    [{ expected: 12, counted: '11', explanation: 'Rơi mất một tem' }, null, -1],
    [{ expected: 12, counted: '', explanation: '' }, 'empty', null],
    [{ expected: 12, counted: 'mười', explanation: '' }, 'number', null],
  ] as const)('of %o', (row, fault, difference) => expect([faultOf(row), differenceOf(row)]).toEqual([fault, difference]))
})

describe('money', () => {
  it.each([['50.000', '50000'], ['1 250 000', '1250000'], ['0', '0'], ['50,5', null], ['', null], ['năm mươi', null]])('reads %s', (typed, amount) => expect(amountOf(typed)).toBe(amount))
  it('is written with points and summed without rounding', () => expect([dong('1250000'), dong('999'), sum(['50000', '9007199254740993', ''])]).toEqual(['1.250.000', '999', '9007199254790993']))
  const payments = [
    document('payment', 'p1', { method: 'cash', amount: '50000', lines: [{ instrument_id: 'i1' }] }),
    document('payment', 'p2', { method: 'cash', amount: '30000', lines: [{ instrument_id: 'i2' }] }),
    document('payment', 'p3', { method: 'transfer', amount: '99000', lines: [{ instrument_id: 'i3' }], voided: { reason: 'nhầm' } }),
  ]
  it('is told by method; what was voided came to nothing', () => {
    expect(byMethod(payments)).toEqual([{ method: 'cash', count: 2, amount: '80000' }, { method: 'transfer', count: 0, amount: '0' }, { method: 'subsidised', count: 0, amount: '0' }])
    expect([...paidOf(payments)]).toEqual(['i1', 'i2'])
  })
  it('is asked by the prices in force that day', () => {
    const price = (id: string, state: State) => document('price', id, { instrument_type: 'taximeter', text: id, amount: '1', ...state })
    const table = [price('old', { valid_to: '2026-10-31' }), price('now', { valid_from: '2026-11-01' }), price('scale', { instrument_type: 'weighbridge' }), price('any', { instrument_type: '' })]
    expect(pricesOf(table, 'taximeter', '2026-11-26').map((each) => each.id)).toEqual(['now', 'any'])
  })
})

describe('one instrument', () => {
  const place = (standing: Place['standing'], conclusion: Place['conclusion']): Place => ({ standing, conclusion, adjusted: false })
  const paper = (form: string, more: State = {}) => document('minutes', form, { form, instrument_id: 'i', series: 'BB', year: 2026, number: 1, issued_at: '2026-11-26T09:00:00+07:00', ...more })
  const record = papersOf([paper('verification_record')], 'i')

  it.each([
    [place('received', null), [], 'test'], [place('under_test', null), [], 'test'], [place('passed', 'pass'), [], 'papers'], [place('passed', 'pass'), record, 'papers'], [place('failed', 'fail'), record, 'hand'],
    [place('handed_back', 'pass'), record, 'done'], [place('handed_back', null), [], 'done'], [null, [], 'test'],
  ] as const)('%o goes on with %s', (at, papers, step) => expect(stepOf(at, papers)).toBe(step))

  it('goes back with its record, or where nothing could be concluded', () => {
    const minutes = [paper('verification_record')]
    expect([isReady(place('passed', 'pass'), minutes, 'i'), isReady(place('passed', 'pass'), [], 'i'), isReady(place('inconclusive', 'inconclusive'), [], 'i'), isReady(place('under_test', null), minutes, 'i')])
      .toEqual([true, false, true, false])
  })
  it('has no paper that was voided', () => expect(papersOf([paper('verification_record', { voided: { reason: 'sai' } })], 'i')).toEqual([]))
  it('is never concluded better than measured', () => expect([allowed('fail'), allowed('inconclusive'), allowed(null)].some((each) => each.includes('pass'))).toBe(false))
  it.each([
    ['2027-11-26', 'ok'], ['2027-11-25', 'ok'], ['2027-11-27', 'later'], ['2026-11-26', 'earlier'], ['2026-11-25', 'earlier'], ['', 'none'],
  ])('until %s', (day, verdict) => expect(mayShorten(day, { until: '2027-11-26', months: 12, source: 'Thông tư' }, '2026-11-26')).toBe(verdict))
  it('has the day that is typed where no cycle is confirmed', () => expect(mayShorten('2030-01-01', null, '2026-11-26')).toBe('ok'))

  it('leaves a certificate behind until it is delivered', () => {
    const at = (...steps: string[]) => paper('verification_certificate', { handling: steps.map((step) => ({ step })) })
    const crossed = paper('verification_certificate', { voided: { reason: 'nhầm số' } })
    expect(awaitingOf([at('signed', 'delivered'), paper('verification_record'), crossed])).toEqual([])
    expect(awaitingOf([at('signed'), at()]).map((each) => each.way)).toEqual(['signed', 'awaiting'])
  })
})

describe('the queue', () => {
  const line = (id: string, standing: Place['standing'], at: string, adjusted = false): Line => ({
    slip: document('inspection', 's', { slip: 'K7-012' }), id, instrument: document('instrument', id, { type: 'weighing_instrument', serial: `S${id}` }),
    site: document('establishment', 'e', { name: 'Nguyễn Thị Lan' }), place: { standing, conclusion: null, adjusted }, at, waiting: 0,
  })
  const lines = [line('1', 'handed_back', '2026-11-26T08:00:00+07:00'), line('2', 'received', '2026-11-26T09:00:00+07:00', true), line('3', 'received', '2026-11-26T08:30:00+07:00')]
  const ids = (found: Line[]) => found.map((each) => each.id)

  it('begins with who has waited longest; what went back stands at its end', () => expect(ids(shownOf(lines, 'all', ''))).toEqual(['3', '2', '1']))
  it('is filtered by state and by having been adjusted', () => expect([ids(shownOf(lines, 'handed_back', '')), ids(shownOf(lines, 'adjusted', ''))]).toEqual([['1'], ['2']]))
  it('is searched by slip, owner and serial', () => expect([ids(shownOf(lines, 'all', 'k7-012 lan s2')), ids(shownOf(lines, 'all', 's9'))]).toEqual([['2'], []]))
  it('is counted', () => expect(counted(lines)).toEqual({ received: 2, under_test: 0, passed: 0, failed: 0, inconclusive: 0, handed_back: 1, adjusted: 1 }))
})
