// When something was, in few words; how large it is.
import { expect, test } from 'vitest'
import { shortDay } from '../../../src/core/days.ts'
import { moment, size } from '../../../src/ui/parts/times.ts'

const NOW = new Date(2026, 10, 26, 8, 0).getTime()

test.each([
  [new Date(2026, 10, 26, 7, 5), '07:05'],
  [new Date(2026, 10, 25, 23, 59), 'hôm qua 23:59'],
  [new Date(2026, 10, 24, 9, 31), '24/11 09:31'],
  [new Date(2025, 11, 31, 9, 31), '31/12/2025 09:31'],
  [new Date(2026, 10, 27, 9, 31), '27/11 09:31'],
])('%s is said as %s', (at, said) => {
  expect(moment(at.getTime(), NOW)).toBe(said)
})

test('days and sizes', () => {
  expect(shortDay('2021-08-05')).toBe('05/08/2021')
  expect([size(512), size(640_000), size(2_340_000), size(48_000_000), size(3_200_000_000)]).toEqual(['1 KB', '640 KB', '2,3 MB', '48 MB', '3,2 GB'])
})
