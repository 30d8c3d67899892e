// Conditions, bindings, standards and samples by the vectors that tests/checklists/ reads too.
import { describe, expect, it } from 'vitest'
import { applies, isAnswered, parseReference, references } from '../../src/core/judging/conditions.ts'
import { cycleMonths } from '../../src/core/judging/cycles.ts'
import { draw, listed, numbered } from '../../src/core/judging/draw.ts'
import { judgeFinding } from '../../src/core/judging/judge.ts'
import { supported } from '../../src/core/judging/standards.ts'
import { CONDITIONS, DRAWS, JUDGED, RULES, STANDARDS } from './vectors.ts'

describe('conditions', () => {
  it.each(CONDITIONS.cases)('$condition', ({ condition, holds }) => {
    expect(applies({ when: condition }, CONDITIONS.subject, CONDITIONS.findings)).toBe(holds)
  })

  it.each(CONDITIONS.references)('reference $text', ({ text, none, item, field, path }) => {
    expect(parseReference(text)).toEqual(none ? null : { item, field, path })
  })

  it('deeper than a person writes are false, and name their references all the same', () => {
    let deep: unknown = { compare: { from: 'item:A1', op: 'answered' } }
    for (let n = 0; n < 3000; n++) deep = { all: [deep] }
    expect(applies({ when: deep }, null, { A1: { answer: 'conforming' } })).toBe(false)
    expect(references(deep)).toEqual(['item:A1'])
  })

  it('know what is answered', () => {
    expect(isAnswered({ values: { value: '0' } })).toBe(true)
    expect(isAnswered({ answer: null, values: { value: '' }, rows: [{ x: [] }], note: 'chưa đo' })).toBe(false)
  })
})

describe('bindings', () => {
  it('are of the shipped rules', () => expect(JUDGED.rules).toBe(RULES.version))

  it.each(JUDGED.cases)('$id', ({ item, finding, subject, answers, on, context, gives }) => {
    const known = JUDGED.items[item]
    if (known === undefined) throw new Error(item)
    expect(judgeFinding(known, finding, subject, answers, RULES, on, context)).toEqual(gives)
  })
})

describe('standards', () => {
  it.each(STANDARDS)('$name', ({ procedure, standards, days, reasons, verdict, explanation, gives }) => {
    const computed = { errors: ['0.1'], limit: null, verdict, explanation }
    expect(supported(computed, procedure, standards, days, reasons)).toMatchObject(gives)
  })

  it('leave readings that could not be computed their own reason', () => {
    const words = { verdict: 'inconclusive' as const, explanation: 'chưa kết luận: thiếu số đo' }
    const computed = { errors: [], limit: null, ...words }
    expect(supported(computed, 'dose-rate', [], ['2021-07-01'], {})).toEqual(computed)
  })
})

describe('samples', () => {
  it.each(DRAWS)('$id', ({ population, size, seed, expected, problem }) => {
    const drawn = () => draw(typeof population === 'number' ? numbered(population) : population, size, seed)
    if (problem === undefined) expect(drawn()).toMatchObject(expected ?? {})
    else expect(drawn).toThrow(problem)
  })

  it('are drawn from a register of serial numbers, line by line', () => {
    expect(listed('\ufeffA1\r\nB2\r\n')).toEqual(['A1', 'B2'])
    expect(listed('A1\n\n')).toEqual(['A1', ''])
    expect(listed('')).toEqual([])
    expect(() => numbered(0)).toThrow('phải từ 1 đến')
  })
})

it.each([
  ['taximeter', null, '2024-10-14', 12, 'confirmed'],
  ['taximeter', null, '2024-10-15', 18, 'confirmed'],
  ['electricity_meter', 'single_phase', '2019-12-31', 60, 'confirmed'],
  ['dose_rate_meter', null, '2026-07-15', 12, 'unconfirmed'],
])('the cycle of %s %s on %s', (type, kind, on, months, status) => {
  expect(cycleMonths(RULES, type, on, kind)).toMatchObject({ months, status })
})

it('no cycle where kinds differ and nobody said which, or where none was read', () => {
  expect(cycleMonths(RULES, 'electricity_meter', '2019-12-31')).toBeNull()
  expect(cycleMonths(RULES, 'no_such_type', '2021-08-05')).toBeNull()
})
