// What the scanner says of minutes, by the kept key list: every outcome with the server's sentence.
import { beforeAll, describe, expect, test } from 'vitest'
import { bytesToHex } from '@noble/hashes/utils.js'
import { keyId } from '../../src/core/paper/seal.ts'
import { KeysFileError, readKeys, verify } from '../../src/core/paper/verify.ts'
import { fromBase64Url, MINUTES } from './vectors.ts'

const PAPER = MINUTES[0]!
const OWN = { series: 'BB-ĐKT', year: 2021, number: 1, sha256: PAPER.sha256 }
const KID = bytesToHex(keyId(fromBase64Url(PAPER.public_key)))
const KEY = { kid: KID, public_key: PAPER.public_key, holder: 'device', valid_from: '2020-01-01T00:00:00+07:00', revoked_at: null }
const LIST = { issued_on: '2026-11-01', keys: [KEY], amended: [], void: [], conflicting: [] }
const NAME = 'Biên bản số 01/BB-ĐKT năm 2021'

async function outcome(list: object, scanned: string | Uint8Array = PAPER.qr, canonical?: string) {
  const found = await verify(scanned, readKeys(JSON.stringify(list)), canonical)
  return [found.outcome, found.message]
}

describe('minutes of a listed key', () => {
  test('are valid', async () => {
    const sentence = `${NAME} là thật, chữ ký đúng (theo danh sách khóa ngày 01/11/2026).`
    expect(await outcome(LIST)).toEqual(['valid', sentence])
    expect(await outcome(LIST, fromBase64Url(PAPER.cose), PAPER.canonical)).toEqual(['valid', sentence])
  })

  test('are altered where the text at hand is another', async () => {
    expect(await outcome(LIST, PAPER.qr, `${PAPER.canonical} `)).toEqual(['altered', 'Nội dung không khớp với mã QR đã ký.'])
  })

  test.each([
    ['void', { void: [OWN] }, `${NAME} là thật nhưng đã bị hủy (theo danh sách ngày 01/11/2026).`],
    ['void', { void: [{ ...OWN, sha256: undefined }] }, `${NAME} là thật nhưng đã bị hủy (theo danh sách ngày 01/11/2026).`],
    ['conflicting', { conflicting: [OWN] },
      `${NAME} có chữ ký đúng nhưng trùng số, cơ quan đang xem xét (theo danh sách ngày 01/11/2026).`],
    ['superseded', { amended: [OWN] }, `${NAME} là thật nhưng đã có biên bản bổ sung (theo danh sách ngày 01/11/2026).`],
    ['void', { amended: [OWN], conflicting: [OWN], void: [OWN] }, `${NAME} là thật nhưng đã bị hủy (theo danh sách ngày 01/11/2026).`],
  ])('are %s as the list says: %o', async (word, lists, sentence) => {
    expect(await outcome({ ...LIST, ...lists })).toEqual([word, sentence])
  })

  test('are not what another paper of the same number is', async () => {
    expect((await outcome({ ...LIST, void: [{ ...OWN, sha256: '00'.repeat(32) }] }))[0]).toBe('valid')
  })

  test('are revoked from the moment on which the key was', async () => {
    const revoked = (at: string) => outcome({ ...LIST, keys: [{ ...KEY, revoked_at: at }], void: [OWN] })
    expect(await revoked('2021-08-05T11:25:00+07:00')).toEqual(['revoked_key', `${NAME} được ký sau khi khóa của thiết bị bị thu hồi.`])
    expect((await revoked('2021-08-05T11:25:01+07:00'))[0]).toBe('void')
  })
})

describe('what is no such paper', () => {
  test('has an unknown key where the list does not name it', async () => {
    expect(await outcome({ ...LIST, keys: [] })).toEqual(['unknown_key', `Không có khóa công khai ${KID} trong danh sách.`])
  })

  test.each([
    ['https://vi.wikipedia.org/wiki/QR', 'Mã QR này không phải của biên bản do hệ thống lập.'],
    ['', 'Mã QR này không phải của biên bản do hệ thống lập.'],
    ['HTTPS://A.VN/M/AE', 'Mã QR không đọc được: không đúng cấu trúc của biên bản.'],
    ['HTTPS://A.VN/M/A', 'Mã QR bị thiếu hoặc sai ký tự.'],
  ])('is told in clear words: %s', async (text, sentence) => expect(await outcome(LIST, text)).toEqual(['altered', sentence]))

  test('has a signature that does not fit', async () => {
    const cose = fromBase64Url(PAPER.cose)
    cose[cose.length - 1]! ^= 1
    expect(await outcome(LIST, cose)).toEqual(['altered', 'Chữ ký số không đúng: nội dung mã QR đã bị thay đổi.'])
  })
})

describe('where the browser knows no Ed25519', () => {
  beforeAll(() => {
    const subtle = crypto.subtle
    const before = subtle.importKey
    subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))
    return () => { subtle.importKey = before }
  })

  test('the library verifies the same', async () => {
    expect((await outcome(LIST))[0]).toBe('valid')
    const cose = fromBase64Url(PAPER.cose)
    cose[20]! ^= 1
    expect((await outcome(LIST, cose))[0]).toBe('altered')
  })
})

describe('a list that cannot be read', () => {
  test.each(['', '[]', '{}', JSON.stringify({ ...LIST, void: undefined }), JSON.stringify({ ...LIST, keys: [{ ...KEY, revoked_at: '2021-08-05' }] })])(
    'is refused: %s', (source) => expect(() => readKeys(source)).toThrow(KeysFileError))

  test('also where a key is not the one that its id names', () => {
    const keys = [{ ...KEY, kid: '00000000' }]
    expect(() => readKeys(JSON.stringify({ ...LIST, keys }))).toThrow('Danh sách khóa có mục sai: khóa 00000000 không khớp với mã của nó.')
  })
})
