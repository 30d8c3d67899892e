// The canonical text that is signed (docs/minutes-qr.md) and its digest: twin of canonical_text and digest in sync/seal.py.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

const MAX_DEPTH = 64

/** A document that has no canonical text; the message says where and why. */
export class CanonicalError extends Error {}

/** Write a document as the one text that is signed: keys sorted by UTF-16 unit, no spaces, NFC, whole numbers only. */
export function canonicalText(doc: unknown): string {
  const text = written(doc, '$', 0)
  const lone = loneSurrogate(text)
  if (lone >= 0) throw new CanonicalError(`Văn bản có ký tự không hợp lệ (vị trí ${lone}).`)
  return text
}

/** Hash a canonical text: SHA-256 of its UTF-8 bytes. */
export function digest(canonical: string): Uint8Array {
  return sha256(new TextEncoder().encode(canonical))
}

/** SHA-256 of a text in hex. */
export function hexDigest(text: string): string {
  return bytesToHex(digest(text))
}

/** Quote a text as JSON, every character but the quote, the backslash and controls as it is. */
export function quoted(text: string): string {
  // JSON.stringify writes lone surrogates as escapes; they stay themselves here, so that they are refused, not signed.
  return JSON.stringify(text).replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) =>
    found === '\\\\' ? found : String.fromCharCode(parseInt(found.slice(2), 16)),
  )
}

function written(value: unknown, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new CanonicalError(`${path}: lồng quá ${MAX_DEPTH} tầng.`)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return quoted(value.normalize('NFC'))
  if (typeof value === 'number' && Number.isInteger(value)) {
    if (!Number.isSafeInteger(value)) throw new CanonicalError(`${path}: số nguyên quá lớn.`)
    return value.toFixed(0).replace(/^-0$/, '0')
  }
  if (Array.isArray(value)) return `[${value.map((item, index) => written(item, `${path}[${index}]`, depth + 1)).join(',')}]`
  if (typeof value === 'object') return writtenMap(value, path, depth)
  const kind = typeof value === 'number' ? 'float' : typeof value
  throw new CanonicalError(`${path}: kiểu ${kind} không được phép; số đo phải là chuỗi thập phân.`)
}

function writtenMap(value: object, path: string, depth: number): string {
  const named = new Map<string, string>()
  for (const [key, item] of Object.entries(value)) {
    const name = key.normalize('NFC')
    if (named.has(name)) throw new CanonicalError(`${path}: khóa '${name}' lặp lại.`)
    named.set(name, written(item, `${path}.${name}`, depth + 1))
  }
  // Array.sort compares UTF-16 units, which is the order of the format.
  return `{${[...named.keys()].sort().map((name) => `${quoted(name)}:${named.get(name)}`).join(',')}}`
}

/** Return where the first lone surrogate stands, counted in characters; -1 where there is none. */
function loneSurrogate(text: string): number {
  let at = 0
  for (const character of text) {
    const unit = character.charCodeAt(0)
    if (character.length === 1 && unit >= 0xd800 && unit <= 0xdfff) return at
    at++
  }
  return -1
}
