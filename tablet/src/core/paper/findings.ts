// A finding's fingerprint in minutes, and the JSON that it is taken of: twin of fingerprint in sync/findings.py.
import { byCodePoints } from '../judging/plain'
import { isMap } from '../reading'
import type { Json } from '../types'
import { hexDigest, quoted } from './canonical.ts'
import { get, list, sorted, str, truthy, type Doc } from './shape.ts'

/** The fields that an inspector enters; what minutes promise not to change. */
const EMPTY: Doc = { answer: null, note: '', photo_ids: [], rows: [], values: {} }

/** Return SHA-256 of the sorted-key JSON of a finding's inspector-entered fields, empty ones in their one form. */
export function fingerprint(state: Doc): string {
  const entered: Doc = {}
  for (const [name, empty] of Object.entries(EMPTY)) entered[name] = truthy(state[name]) ? get(state, name) : empty
  entered.photo_ids = sorted(list(entered.photo_ids).map(str))
  return hexDigest(sortedJson(entered))
}

/** Write sorted-key JSON without spaces, keys by code point: what the server's journal hashes (sync/feed.py, canonical). */
export function sortedJson(value: Json | undefined): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value ?? null)
  const names = Object.keys(value).sort(byCodePoints)
  return `{${names.map((name) => `${quoted(name)}:${sortedJson(value[name])}`).join(',')}}`
}
