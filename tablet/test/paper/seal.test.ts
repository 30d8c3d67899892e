// Canonical text, COSE and QR text are those of the published vectors; whatever is not byte for byte a seal is refused.
import { describe, expect, test } from 'vitest'
import { canonicalText, CanonicalError, digest, openSealed, parseQr, peek, qrText, seal, SealError } from '../../src/core/paper/seal.ts'
import { bytesToHex } from '@noble/hashes/utils.js'
import { fromBase64Url, MINUTES, signerOf } from './vectors.ts'

const FIRST = MINUTES[0]!
const COSE = fromBase64Url(FIRST.cose)
const KEYS = new Map([[bytesToHex(peek(COSE).key_id), fromBase64Url(FIRST.public_key)]])

describe.each(MINUTES)('the minutes $name', (vector) => {
  test('have the canonical text that was published', () => {
    expect(canonicalText(JSON.parse(vector.canonical))).toBe(vector.canonical)
    expect(bytesToHex(digest(vector.canonical))).toBe(vector.sha256)
  })

  test('are sealed with the same bytes', async () => {
    const claims = { ...vector.claims, sha256: digest(vector.canonical) }
    const cose = await seal(claims, signerOf(vector.private_key))
    expect(cose).toEqual(fromBase64Url(vector.cose))
    expect(qrText(vector.host, cose)).toBe(vector.qr)
  })

  test('are read again from their QR text, in either case and without the host', async () => {
    for (const text of [vector.qr, vector.qr.toLowerCase(), vector.qr.slice(vector.qr.indexOf('/M/')), ` ${vector.qr}\n`]) {
      const found = await openSealed(parseQr(text), KEYS)
      expect(found).toMatchObject(vector.claims)
      expect(bytesToHex(found.sha256)).toBe(vector.sha256)
    }
  })
})

describe('a seal that was tampered with', () => {
  test('is refused whichever bit of it was changed', async () => {
    for (let at = 0; at < COSE.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = COSE.slice()
        changed[at]! ^= 1 << bit
        await expect(openSealed(changed, KEYS), `byte ${at}, bit ${bit}`).rejects.toBeInstanceOf(SealError)
      }
    }
  })

  test('is refused when it is cut short or goes on', async () => {
    for (let length = 0; length < COSE.length; length++) {
      await expect(openSealed(COSE.slice(0, length), KEYS)).rejects.toMatchObject({ code: 'malformed' })
    }
    await expect(openSealed(Uint8Array.from([...COSE, 0]), KEYS)).rejects.toMatchObject({ code: 'malformed' })
  })

  test('is refused in another base32 spelling of the same bytes', () => {
    const last = FIRST.qr.at(-1)!
    const next = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'['ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(last) + 1]
    expect(() => parseQr(FIRST.qr.slice(0, -1) + next)).toThrow('Mã QR bị thiếu hoặc sai ký tự.')
  })
})

describe('claims that the format does not hold', () => {
  const claims = { ...FIRST.claims, sha256: digest(FIRST.canonical) }
  test.each([
    { series: '' }, { series: 'BB-ĐKT-CHI-CỤC-TĐC' }, { series: 'BB-ĐKT'.normalize('NFD') + 'ế'.normalize('NFD') }, { series: 'BB\u200b' },
    { number: 0 }, { number: 65_536 }, { year: 10_000 }, { issued_at: 0 }, { issued_at: 2 ** 32 }, { number: 1.5 },
    { establishment: FIRST.claims.establishment.toUpperCase().replace('C', 'X') }, { sha256: new Uint8Array(31) },
  ])('are not signed: %o', async (wrong) => {
    await expect(seal({ ...claims, ...wrong }, signerOf(FIRST.private_key))).rejects.toMatchObject({ code: 'malformed' })
  })

  test('nor is a host that no QR code holds', () => {
    expect(() => qrText('sở.gov.vn', COSE)).toThrow("Tên máy chủ 'sở.gov.vn' không đưa được vào mã QR.")
  })
})

describe('the canonical text', () => {
  test('sorts keys by UTF-16 unit, also those that look like numbers', () => {
    const doc = { '10': 1, '9': 2, b: 3, a: 4, '\u{1f600}': 5, '\uffee': 6 }
    expect(canonicalText(doc)).toBe('{"10":1,"9":2,"a":4,"b":3,"\u{1f600}":5,"\uffee":6}')
  })

  test('is written in NFC, and two keys that NFC merges are refused', () => {
    expect(canonicalText({ a: 'Đo lường'.normalize('NFD') })).toBe('{"a":"Đo lường"}')
    expect(() => canonicalText({ 'ế': 1, 'e\u0302\u0301': 2 })).toThrow("$: khóa 'ế' lặp lại.")
  })

  test('escapes what JSON must escape and nothing more', () => {
    expect(canonicalText({ a: '"\\/\b\f\n\r\t\u0001\u007f\u2028\\ud800' })).toBe(
      '{"a":"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\u007f\u2028\\\\ud800"}',
    )
  })

  test.each([
    [{ a: [1.5] }, '$.a[0]: kiểu float không được phép; số đo phải là chuỗi thập phân.'],
    [{ a: 2 ** 53 }, '$.a: số nguyên quá lớn.'],
    [{ a: NaN }, '$.a: kiểu float không được phép; số đo phải là chuỗi thập phân.'],
    [{ a: undefined }, '$.a: kiểu undefined không được phép; số đo phải là chuỗi thập phân.'],
    [{ a: 'x\ud800y' }, 'Văn bản có ký tự không hợp lệ (vị trí 7).'],
    [{ a: '\u{1f600}\\\udc00' }, 'Văn bản có ký tự không hợp lệ (vị trí 9).'],
  ])('refuses %o', (doc, message) => expect(() => canonicalText(doc)).toThrow(new CanonicalError(message)))
})
