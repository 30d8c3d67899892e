// Exact numbers and how they are printed: half away from zero, and never before a verdict.
import { describe, expect, it } from 'vitest'
import { daysBetween, isDay, monthsAfter } from '../../src/core/judging/calendar.ts'
import { Decimal, Fraction } from '../../src/core/judging/decimal.ts'
import { fixed, mean, root, short, variance, vi } from '../../src/core/judging/procedures/figures.ts'

const F = Fraction.from

describe('figures', () => {
  it.each([
    ['0.00005', 4, '0.0001'], ['-0.00005', 4, '-0.0001'], ['-0.00004', 4, '0.0000'], ['2.5', 0, '3'], ['-2.5', 0, '-3'],
    ['999.9995', 3, '1000.000'], ['0', 2, '0.00'],
  ])('%s to %i decimals is %s', (value, digits, printed) => expect(fixed(F(value), digits)).toBe(printed))

  it('shorten limits, and round what has no end', () => {
    const limits = [F('10.000'), F('0.500'), F('100'), Fraction.of(1, 3)]
    expect(limits.map(short)).toEqual(['10', '0.5', '100', '0.333333333'])
  })

  it('take roots as exactly as they print', () => {
    expect([root(F('2'), 4), root(F('0'), 2), root(F('0.0625'), 2)]).toEqual(['1.4142', '0.00', '0.25'])
    expect([root(F('0.000025'), 2), root(F('0.000024'), 2)]).toEqual(['0.01', '0.00'])
  })

  it('average readings of any number of decimals', () => {
    const values = ['0.1', '0.25', '1', '0.333333333'].map(F)
    expect(fixed(mean(values), 12)).toBe('0.420833333250')
    expect(fixed(variance(['2', '4', '4.0', '6'].map(F)), 6)).toBe('2.666667')
  })

  it('are written the Vietnamese way', () => {
    expect([vi('0.30', true), vi('-1.5'), vi('0.00', true)]).toEqual(['+0,30', '−1,5', '0,00'])
  })
})

it('a decimal remembers how it was written', () => {
  const shown = ['007.50', '-0.0', '00', '0.10'].map((text) => String(Decimal.from(text)))
  expect(shown).toEqual(['7.50', '-0.0', '0', '0.10'])
  expect([Decimal.from('1.500').scale, Decimal.from('1.500').needed, Decimal.from('100').needed]).toEqual([3, 1, 0])
})

it('days follow the calendar', () => {
  expect(['2021-02-29', '2021-2-3', '0000-01-01', '1900-02-29', '2021-13-01'].filter(isDay)).toEqual([])
  expect(['2020-02-29', '0001-01-01', '9999-12-31', '2000-02-29'].every(isDay)).toBe(true)
  expect([monthsAfter('2020-11-30', 3), monthsAfter('2020-02-29', 12)]).toEqual(['2021-02-28', '2021-02-28'])
  expect(monthsAfter('9999-12-31', 1)).toBe('9999-12-31')
  expect([daysBetween('2020-02-28', '2020-03-01'), daysBetween('2021-01-01', '2020-12-31')]).toEqual([2, -1])
})
