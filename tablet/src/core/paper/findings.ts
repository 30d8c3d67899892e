// A finding's fingerprint in minutes, and the days of an inspection: twin of what sync/findings.py gives the paper.
import { byCodePoints, head, isMapping } from '../judging/plain'
import type { Json } from '../types'
import { hexDigest, quoted } from './canonical.ts'
import { isoDay } from './days.ts'
import { get, list, mapping, mappings, sorted, str, truthy, type Doc } from './shape.ts'

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
  if (!isMapping(value)) return JSON.stringify(value ?? null)
  const names = Object.keys(value).sort(byCodePoints)
  return `{${names.map((name) => `${quoted(name)}:${sortedJson(value[name])}`).join(',')}}`
}

/** Return the days (ISO) on which a standard must be within its calibration: each visit's, else the planned one. */
export function measuredDays(inspection: Doc): string[] {
  const days = mappings(inspection.visits).flatMap((visit) => dayOf(visit.started_at) ?? [])
  return days.length ? sorted(new Set(days)) : [dayOf(inspection.planned_on)].flatMap((day) => day ?? [])
}

/** Return the day whose law applies: the first visit, else the planned day; null where neither is known. */
export function inspectedOn(inspection: Doc): string | null {
  return measuredDays(inspection)[0] ?? null
}

/** Return why standards past their calibration were used all the same, by standard id. */
export function reasons(inspection: Doc): Doc {
  return mapping(inspection.standard_overrides)
}

function dayOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? isoDay(head(value, 10)) : null
}
