// Identifiers: UUIDv7 for documents and operations, UUIDv5 for answers and marks. Twin of sync/ids.py.
import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** Make a UUIDv7 (RFC 9562 §5.7) of a moment; `random` (10 bytes) only for tests. */
export function uuid7(unixMs: number = Date.now(), random: Uint8Array = crypto.getRandomValues(new Uint8Array(10))): string {
  const time = Math.trunc(unixMs).toString(16).padStart(12, '0').slice(-12)
  const rest = Uint8Array.from(random)
  rest[0] = (rest[0]! & 0x0f) | 0x70
  rest[2] = (rest[2]! & 0x3f) | 0x80
  return hyphened(time + bytesToHex(rest))
}

/** The one id of an answer, so that two inspectors who answer an item offline meet in one document. */
export function answerId(inspection: string, checklist: string, item: string, subject: string | null, ordinal: number): string {
  return uuid5(inspection, `${checklist}/${item}|${subject ?? '-'}|${ordinal}`)
}

/** The one id of a sticker or seal, so that a serial that two tablets use meets in one document (docs/decisions/0022). */
export function markId(organisation: string, kind: 'sticker' | 'seal', serial: string): string {
  return uuid5(organisation, `${kind}|${normalSerial(serial)}`)
}

/** The form in which serials of marks are one and the same: NFC, capitals, no spaces. */
export function normalSerial(serial: string): string {
  return serial.normalize('NFC').toUpperCase().replace(/\s+/gu, '')
}

function uuid5(namespace: string, name: string): string {
  const hashed = sha1.create().update(hexToBytes(namespace.replaceAll('-', ''))).update(utf8ToBytes(name)).digest().slice(0, 16)
  hashed[6] = (hashed[6]! & 0x0f) | 0x50
  hashed[8] = (hashed[8]! & 0x3f) | 0x80
  return hyphened(bytesToHex(hashed))
}

function hyphened(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
