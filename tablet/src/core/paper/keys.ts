// The published key list (/.well-known/minutes-keys.json): read, judged by, fetched and kept on the tablet with its day.
import { fromBase64url } from '../base64'
import { bytesToHex } from '@noble/hashes/utils.js'
import { shortDay } from './words.ts'
import { keyId, numberText, type Claims } from './seal.ts'

const ADDRESS = '/.well-known/minutes-keys.json'
/** Public data of the origin, for every inspector of the tablet; the service worker leaves this cache alone. */
const KEPT = 'minutes-keys'

/** What an offline verifier may conclude from a seal and the published key list. */
export type Outcome = 'valid' | 'altered' | 'unknown_key' | 'revoked_key' | 'superseded' | 'void' | 'conflicting'

type ListName = 'amended' | 'void' | 'conflicting'

/** A key list that cannot be read; the message says what is wrong with it. */
export class KeysFileError extends Error {}

export interface KeysFile {
  issuedOn: string
  /** By key id in hex. */
  keys: ReadonlyMap<string, { publicKey: Uint8Array; revokedAt: number | null }>
  lists: Readonly<Record<ListName, ReadonlySet<string>>>
}

/** Read a published list. Throws KeysFileError. */
export function readKeys(source: string): KeysFile {
  try {
    const doc = record(JSON.parse(source))
    const keys = new Map<string, { publicKey: Uint8Array; revokedAt: number | null }>()
    for (const row of rows(doc, 'keys')) {
      const publicKey = fromBase64url(string(row.public_key))
      const kid = string(row.kid)
      if (bytesToHex(keyId(publicKey)) !== kid || publicKey.length !== 32) {
        throw new KeysFileError(`Danh sách khóa có mục sai: khóa ${kid} không khớp với mã của nó.`)
      }
      keys.set(kid, { publicKey, revokedAt: row.revoked_at === null ? null : epoch(string(row.revoked_at)) })
    }
    const conflicting = doc.conflicting === undefined ? [] : rows(doc, 'conflicting')
    const named = { amended: rows(doc, 'amended'), void: rows(doc, 'void'), conflicting }
    return {
      issuedOn: string(doc.issued_on),
      keys,
      lists: { amended: papers(named.amended), void: papers(named.void), conflicting: papers(named.conflicting) },
    }
  } catch (error) {
    if (error instanceof KeysFileError) throw error
    throw new KeysFileError(`Không đọc được danh sách khóa công khai (${error instanceof Error ? error.message : error}).`)
  }
}

/** Say what the list knows of a genuine seal: its key revoked before issue, the paper void, in conflict or amended. */
export function judge(list: KeysFile, claims: Claims): [Outcome, string] {
  const name = `Biên bản số ${numberText(claims.number, claims.series)} năm ${claims.year}`
  const day = shortDay(list.issuedOn)
  const asOf = `(theo danh sách ngày ${day})`
  const revokedAt = list.keys.get(bytesToHex(claims.key_id))?.revokedAt ?? null
  if (revokedAt !== null && claims.issued_at >= revokedAt) {
    return ['revoked_key', `${name} được ký sau khi khóa của thiết bị bị thu hồi.`]
  }
  const listed = (which: ListName) =>
    [bytesToHex(claims.sha256), null].some((sha256) =>
      list.lists[which].has(paperKey(claims.series, claims.year, claims.number, sha256)),
    )
  if (listed('void')) return ['void', `${name} là thật nhưng đã bị hủy ${asOf}.`]
  if (listed('conflicting')) return ['conflicting', `${name} có chữ ký đúng nhưng trùng số, cơ quan đang xem xét ${asOf}.`]
  if (listed('amended')) return ['superseded', `${name} là thật nhưng đã có biên bản bổ sung ${asOf}.`]
  return ['valid', `${name} là thật, chữ ký đúng (theo danh sách khóa ngày ${day}).`]
}

/** Fetch the list and keep it; what cannot be read never takes the place of what is kept. */
export async function fetchKeys(): Promise<KeysFile> {
  const answer = await fetch(ADDRESS, { cache: 'no-store', credentials: 'omit' })
  if (!answer.ok) throw new KeysFileError(`Máy chủ chưa cho danh sách khóa công khai (${answer.status}).`)
  const source = await answer.text()
  const list = readKeys(source)
  const cache = await caches.open(KEPT)
  await cache.put(ADDRESS, new Response(source, { headers: { 'Content-Type': 'application/json' } }))
  return list
}

/** Return the list kept on the tablet, null where none was fetched yet. */
export async function keys(): Promise<KeysFile | null> {
  const kept = await caches.match(ADDRESS, { cacheName: KEPT })
  return kept ? readKeys(await kept.text()) : null
}

/** Lists name papers, not numbers: two papers may bear one. Without a digest (lists published earlier) all of the number. */
function paperKey(series: string, year: number, number: number, sha256: string | null): string {
  return JSON.stringify([series, year, number, sha256])
}

function papers(found: Record<string, unknown>[]): Set<string> {
  return new Set(
    found.map((row) => {
      const [year, number, sha256] = [row.year, row.number, row.sha256 ?? null]
      if (typeof year !== 'number' || typeof number !== 'number') throw new TypeError('year, number')
      return paperKey(string(row.series).normalize('NFC'), year, number, sha256 === null ? null : string(sha256).toLowerCase())
    }),
  )
}

function epoch(instant: string): number {
  const at = Date.parse(instant)
  if (Number.isNaN(at) || !/(?:Z|[+-]\d\d:?\d\d)$/i.test(instant)) throw new TypeError('thời điểm thiếu múi giờ')
  return Math.floor(at / 1000)
}

function rows(doc: Record<string, unknown>, name: string): Record<string, unknown>[] {
  const found = doc[name]
  if (!Array.isArray(found)) throw new TypeError(name)
  return found.map(record)
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('no object')
  return Object.fromEntries(Object.entries(value))
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text')
  return value
}
