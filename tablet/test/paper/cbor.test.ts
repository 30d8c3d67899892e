// CBOR is written shortest, at every edge of a length; what is read again is the same.
import { expect, test } from 'vitest'
import { decode, encode } from '../../src/core/paper/cbor.ts'

test.each([
  [0, '00'], [23, '17'], [24, '1818'], [255, '18ff'], [256, '190100'], [65_535, '19ffff'], [65_536, '1a00010000'],
  [2 ** 32 - 1, '1affffffff'], [2 ** 32, '1b0000000100000000'], [-1, '20'], [-24, '37'], [-25, '3818'],
])('%d is %s', (value, hex) => {
  const bytes = encode(value)
  expect([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(hex)
  expect(decode(bytes)).toBe(value)
})
