// The seal of minutes: the COSE_Sign1 that the QR code carries, and the QR code's text: twin of sync/seal.py.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { base32, fromBase32 } from './base32.ts'
import { decode, encode, Tagged, type Cbor } from './cbor.ts'
import { verifies } from './ed25519.ts'

export { CanonicalError, canonicalText, digest } from './canonical.ts'

export const VERSION = 1
export const KEY_ID_LENGTH = 4
/** QR version 10 at level M holds 311 characters: with a host of 24 a series of 19 bytes and a number below 65,536 fill it. */
export const MAX_SERIES_BYTES = 19
export const MAX_NUMBER = 65_535
export const MAX_COSE_BYTES = 172
const MAX_INSTANT = 2 ** 32 - 1
const EDDSA = -8
const COSE_SIGN1 = 18
const HOST = /^[A-Z0-9](?:[A-Z0-9.-]*[A-Z0-9])?(?::[0-9]{1,5})?$/
const QR_PATH = /^(?:https?:\/\/[a-z0-9.:-]+)?\/m\/([a-z2-7]+)$/i
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What signs on this tablet: the device's key (core/store/session). */
export interface SealSigner {
  publicKey: Uint8Array
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** What the QR code says: which minutes, when (epoch seconds), whose site, the digest of what is printed. No person. */
export interface Claims {
  version: number
  series: string
  year: number
  number: number
  issued_at: number
  sha256: Uint8Array
  establishment: string
  /** Not signed over: `seal` writes the signer's own. */
  key_id: Uint8Array
}

export type SealCode = 'malformed' | 'unknown_key' | 'bad_signature'

/** A seal that cannot be trusted; the message is for people. */
export class SealError extends Error {
  constructor(
    readonly code: SealCode,
    message: string,
  ) {
    super(message)
  }
}

/** Name a raw Ed25519 public key: the first four bytes of its SHA-256. */
export function keyId(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).slice(0, KEY_ID_LENGTH)
}

/** Sign claims into a tagged COSE_Sign1 (RFC 9052); refuses (`malformed`) claims that do not fit a version 10 QR code. */
export async function seal(claims: Omit<Claims, 'version' | 'key_id'>, signer: SealSigner): Promise<Uint8Array> {
  const whole = { ...claims, version: VERSION, key_id: keyId(signer.publicKey) }
  check(whole)
  const [head, body] = [protectedOf(whole.key_id), payloadOf(whole)]
  return envelope(head, body, await signer.sign(toBeSigned(head, body)))
}

/** Read the claims of a seal without trusting them; refuses whatever is not byte for byte our own encoding. */
export function peek(cose: Uint8Array): Claims {
  return parse(cose).claims
}

/** Verify a seal against public keys by key id in hex. Throws SealError: `malformed`, `unknown_key`, `bad_signature`. */
export async function openSealed(cose: Uint8Array, keys: ReadonlyMap<string, Uint8Array>): Promise<Claims> {
  const { claims, head, body, signature } = parse(cose)
  const kid = bytesToHex(claims.key_id)
  const publicKey = keys.get(kid)
  if (!publicKey) throw new SealError('unknown_key', `Không có khóa công khai ${kid} trong danh sách.`)
  if (!(await verifies(publicKey, signature, toBeSigned(head, body)))) {
    throw new SealError('bad_signature', 'Chữ ký số không đúng: nội dung mã QR đã bị thay đổi.')
  }
  return claims
}

/** Write what the QR code holds: an upper-case address that any phone camera opens (QR alphanumeric mode). */
export function qrText(host: string, cose: Uint8Array): string {
  const name = host.toUpperCase()
  if (!HOST.test(name)) throw new SealError('malformed', `Tên máy chủ '${host}' không đưa được vào mã QR.`)
  return `HTTPS://${name}/M/${base32(cose)}`
}

/** Return the COSE bytes of a scanned text: a whole address in either case, or its path alone. */
export function parseQr(text: string): Uint8Array {
  const digits = QR_PATH.exec(text.trim())?.[1]
  if (!digits) throw new SealError('malformed', 'Mã QR này không phải của biên bản do hệ thống lập.')
  const cose = fromBase32(digits.toUpperCase())
  if (!cose) throw new SealError('malformed', 'Mã QR bị thiếu hoặc sai ký tự.')
  return cose
}

/** Write a document number as NĐ 30/2020 does: below ten with a leading zero, a slash, no spaces. */
export function numberText(number: number, symbol: string): string {
  return `${String(number).padStart(2, '0')}/${symbol}`
}

function check(claims: Claims): void {
  const { series, year, number, issued_at: at } = claims
  const bytes = new TextEncoder().encode(series).length
  const fits =
    [claims.version, year, number, at].every(Number.isInteger) &&
    claims.version === VERSION &&
    bytes > 0 && bytes <= MAX_SERIES_BYTES &&
    series === series.normalize('NFC') && !UNPRINTABLE.test(series) &&
    year > 0 && year <= 9999 &&
    number > 0 && number <= MAX_NUMBER &&
    at > 0 && at <= MAX_INSTANT &&
    claims.sha256.length === 32 &&
    UUID.test(claims.establishment)
  if (!fits) throw new SealError('malformed', 'Số, ký hiệu hoặc thời điểm của biên bản không hợp lệ.')
}

function protectedOf(kid: Uint8Array): Uint8Array {
  return encode(new Map<Cbor, Cbor>([[1, EDDSA], [4, kid]]))
}

function payloadOf(claims: Claims): Uint8Array {
  return encode(
    new Map<Cbor, Cbor>([
      [1, claims.version], [2, claims.series], [3, claims.year], [4, claims.number], [5, claims.issued_at],
      [6, claims.sha256], [7, hexToBytes(claims.establishment.replaceAll('-', ''))],
    ]),
  )
}

function toBeSigned(head: Uint8Array, body: Uint8Array): Uint8Array {
  return encode(['Signature1', head, new Uint8Array(), body])
}

function envelope(head: Uint8Array, body: Uint8Array, signature: Uint8Array): Uint8Array {
  return encode(new Tagged(COSE_SIGN1, [head, new Map(), body, signature]))
}

interface Parsed {
  claims: Claims
  head: Uint8Array
  body: Uint8Array
  signature: Uint8Array
}

function parse(cose: Uint8Array): Parsed {
  const malformed = new SealError('malformed', 'Mã QR không đọc được: không đúng cấu trúc của biên bản.')
  if (cose.length > MAX_COSE_BYTES) throw malformed
  let found: Parsed
  try {
    found = read(cose)
  } catch {
    throw malformed // whatever a hostile CBOR text makes the reader throw means the same
  }
  check(found.claims)
  const { claims, head, body, signature } = found
  // One spelling only: writing the same claims again must give the same bytes, to the last one.
  const again = envelope(protectedOf(claims.key_id), payloadOf(claims), signature)
  const same = again.length === cose.length && again.every((byte, index) => byte === cose[index])
  if (!same || claims.key_id.length !== KEY_ID_LENGTH || signature.length !== 64) throw malformed
  return { claims, head, body, signature }
}

function read(cose: Uint8Array): Parsed {
  const whole = decode(cose)
  if (!(whole instanceof Tagged) || !Array.isArray(whole.value) || whole.value.length !== 4) throw new TypeError('no envelope')
  const head = bytes(whole.value[0])
  const body = bytes(whole.value[2])
  const [ids, said] = [map(decode(head)), map(decode(body))]
  const uuid = bytes(said.get(7))
  if (uuid.length !== 16) throw new TypeError('no UUID')
  const claims: Claims = {
    version: number(said.get(1)), series: text(said.get(2)), year: number(said.get(3)), number: number(said.get(4)),
    issued_at: number(said.get(5)), sha256: digestBytes(said.get(6)), key_id: bytes(ids.get(4)),
    establishment: bytesToHex(uuid).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  }
  return { claims, head, body, signature: bytes(whole.value[3]) }
}

function bytes(value: Cbor | undefined): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('no bytes')
  return value
}

function map(value: Cbor): Map<Cbor, Cbor> {
  if (!(value instanceof Map)) throw new TypeError('no map')
  return value
}

// A claim of another kind is one that `check` refuses, as on the server; one that is not there is no claim.
function number(value: Cbor | undefined): number {
  return typeof present(value) === 'number' ? Number(value) : NaN
}

function text(value: Cbor | undefined): string {
  return typeof present(value) === 'string' ? String(value) : ''
}

function digestBytes(value: Cbor | undefined): Uint8Array {
  return present(value) instanceof Uint8Array ? bytes(value) : new Uint8Array()
}

function present(value: Cbor | undefined): Cbor {
  if (value === undefined) throw new TypeError('no such claim')
  return value
}
