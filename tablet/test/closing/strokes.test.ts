// A drawn signature keeps its shape and fits into a record.
import { expect, test } from 'vitest'
import { MAX_STROKES } from '../../src/core/closing/signatures.ts'
import { extended, fitting, PAD } from '../../src/core/closing/strokes.ts'

test('points are whole numbers on the pad, and only those that lead on', () => {
  const line = [[10.4, 20.6], [11, 21], [14, 25], [-5, 900]].reduce<number[]>((so, [x = 0, y = 0]) => extended(so, x, y), [])
  expect(line).toEqual([10, 21, 14, 25, 0, PAD.height])
})

test('a touch without a way is no line', () => {
  expect(fitting([[10, 10], [10, 10, 90, 40]])).toEqual([[10, 10, 90, 40]])
})

test('a very long signature is thinned until it fits, and keeps its ends', () => {
  const line = Array.from({ length: 4000 }, (_, n) => (n % 2 === 0 ? n % PAD.width : (n * 7) % PAD.height))
  const [made = []] = fitting([line])
  expect(JSON.stringify([made]).length).toBeLessThanOrEqual(MAX_STROKES)
  expect(made.length).toBeGreaterThan(400)
  expect([made.slice(0, 2), made.slice(-2)]).toEqual([line.slice(0, 2), line.slice(-2)])
})

test('what cannot get smaller is left to the check before it is kept', () => {
  const dots = Array.from({ length: 3000 }, () => [0, 0, 9, 9])
  expect(fitting(dots)).toHaveLength(3000)
})
