// A number keeps its comma in the box and gets its point in the record; nothing that was typed is dropped.
import { describe, expect, it } from 'vitest'
import { boxed, inWords, isUnreadable, stored } from '../../src/ui/work/typed.ts'

describe('a number', () => {
  it.each([
    ['19,91', '', '19.91'], ['0,30', '', '0.30'], ['19.91', '', '19.91'], [' 20 ', '', '20'], ['-0,5', '', '-0.5'], ['19,', '', '19'],
    ['1.234,5', '', '1234.5'], ['21.590', 'đ/L', '21590'], ['266.421', 'đ', '266421'], ['15 000 000', 'đ', '15000000'], ['21.590', 'L', '21.590'],
  ])('typed %s (%s) is recorded as %s', (typed, unit, wanted) => {
    expect(stored('number', typed, unit)).toBe(wanted)
    expect(isUnreadable('number', typed, unit)).toBe(false)
  })

  it.each(['khoảng 20', '12,5a', '1,2,3', '1e3'])('%s cannot be read: it stays as typed and is said to be wrong', (typed) => {
    expect(stored('number', typed)).toBe(typed)
    expect(boxed('number', typed)).toBe(typed)
    expect(isUnreadable('number', typed)).toBe(true)
  })

  it('comes back with a comma and all its zeros', () => {
    expect(boxed('number', '0.30')).toBe('0,30')
    expect(boxed('number', '')).toBe('')
    expect(boxed('text', '0.30')).toBe('0.30')
    expect(isUnreadable('number', '')).toBe(false)
  })
})

it('a choice is said by its title, a list by its parts', () => {
  const field = { type: 'multi_choice', choices: [{ key: 'a', title: { vi: 'Bán', en: 'Sale' } }, { key: 'b', title: { vi: 'Mua', en: 'Purchase' } }] }
  expect(inWords(field, ['a', 'b', 'mới'], (title) => title.vi)).toBe('Bán; Mua; mới')
  expect(inWords({ type: 'number', choices: null }, '1.5', (title) => title.vi)).toBe('1,5')
})
