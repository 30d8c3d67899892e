// What people type in a number box, and what is recorded of it.
import { expect, test } from 'vitest'
import { recorded, shown } from '../../../src/ui/parts/comma.ts'

test.each([
  ['0,30', '0.30'],
  ['0.30', '0.30'],
  ['-0,3', '-0.3'],
  ['\u22120,3', '-0.3'],
  ['+2', '2'],
  [' 12 500 ', '12500'],
  ['007,10', '7.10'],
  [',5', '0.5'],
])('%s is recorded as %s', (typed, decimal) => {
  expect(recorded(typed)).toBe(decimal)
})

test.each(['', '-', ',', '5,', '1.000,5', '1,000,5', '1e3', 'NaN', '0x10', '1/2', 'đo lại'])('%s is no decimal (yet)', (typed) => {
  expect(recorded(typed)).toBeNull()
})

test('the comma comes back with every digit that was recorded', () => {
  expect(shown('0.300')).toBe('0,300')
  expect(shown('-12')).toBe('-12')
})
