// The symbols are those of the published vectors, module for module.
import { describe, expect, test } from 'vitest'
import { MASK, modules, QrTextError } from '../../src/core/paper/qr.ts'
import { SYMBOLS } from './vectors.ts'

describe('the QR symbol', () => {
  test('has the mask of the vectors', () => expect(MASK).toBe(SYMBOLS.mask))

  test.each(SYMBOLS.cases)('of $text is the published one', ({ text, rows }) => expect(modules(text)).toEqual(rows))

  test('is refused for a text longer than version 10 holds', () => {
    expect(() => modules('A'.repeat(312))).toThrow(new QrTextError('Mã QR dài 312 ký tự, vượt quá 311 ký tự của phiên bản 10.'))
    expect(modules('A'.repeat(311))).toHaveLength(57)
  })

  test('is refused for characters outside the alphanumeric mode', () => expect(() => modules('https://a.vn')).toThrow(QrTextError))
})
