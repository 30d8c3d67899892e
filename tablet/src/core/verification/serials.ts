// Serials of stickers and seals as numbers of a roll: their text, which roll one is of. Twin of sync/mark_ranges.py.
import { markId, normalSerial } from '../outbox/ids.ts'
import { maps, text } from '../reading.ts'
import type { State } from '../types.ts'

export type MarkKind = 'sticker' | 'seal'

/** A range of a roll as `mark_lease` says it. */
export interface Range {
  kind: MarkKind
  organisation: string
  prefix: string
  digits: number
  first: number
  last: number
  /** What was given back or written off. */
  back: { first: number; last: number }[]
}

/** Read a lease; null for what is none. */
export function rangeOf(lease: State): Range | null {
  const { digits, first, last } = lease
  if (typeof digits !== 'number' || typeof first !== 'number' || typeof last !== 'number') return null
  const back = [...maps(lease.returned), ...maps(lease.written_off)].flatMap(({ first: from, last: to }) =>
    typeof from === 'number' && typeof to === 'number' ? [{ first: from, last: to }] : [])
  return { kind: lease.kind === 'seal' ? 'seal' : 'sticker', organisation: text(lease.organisation_id), prefix: text(lease.prefix), digits, first, last, back }
}

/** A running number as it is printed: 1439 of six digits under 22B is 22B001439. */
export function serialOf(range: Pick<Range, 'prefix' | 'digits'>, number: number): string {
  return `${range.prefix}${String(number).padStart(range.digits, '0')}`
}

/** The running number of a serial within a range, in any spelling; null where it is not of it. */
export function numberIn(range: Range, serial: string): number | null {
  const [wanted, prefix] = [normalSerial(serial), normalSerial(range.prefix)]
  const rest = wanted.slice(prefix.length)
  if (!wanted.startsWith(prefix) || rest.length !== range.digits || !/^[0-9]+$/.test(rest)) return null
  const number = Number(rest)
  return number >= range.first && number <= range.last ? number : null
}

export function isBack(range: Range, number: number): boolean {
  return range.back.some(({ first, last }) => first <= number && number <= last)
}

/** The numbers of a range that were not given back, each with its serial and the id that its mark has. */
export function marksIn(range: Range): { number: number; serial: string; id: string }[] {
  const key = JSON.stringify(range)
  const found = known.get(key)
  if (found !== undefined) return found
  const made = []
  for (let number = range.first; number <= range.last; number++) {
    if (isBack(range, number)) continue
    const serial = serialOf(range, number)
    made.push({ number, serial, id: markId(range.organisation, range.kind, serial) })
  }
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(key, made)
  return made
}

/** A list is drawn again with every change; the ids of five hundred serials are not hashed again. */
const known = new Map<string, { number: number; serial: string; id: string }[]>()
const MOST_KNOWN = 50
