// Reading documents by Python's rules, so that both languages compose one text: what is empty, what is equal, what comes first.
import { BLANK, byCodePoints, own } from '../judging/plain'
import { isMap } from '../reading'
import type { Json, State } from '../types'

/** A document's state with its id, as the protocol writes it. */
export type Doc = State

/** Return a field, null where there is none. */
export function get(doc: Json | undefined, name: string): Json {
  return own(doc, name) ?? null
}

/** Tell whether a value says anything: neither none, false, zero, nor an empty text, list or mapping. */
export function truthy(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isMap(value)) return Object.keys(value).length > 0
  return Boolean(value)
}

/** Tell whether nothing was entered: none, an empty text or list; zero and false are something. */
export function absent(value: Json | undefined): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Return a list, empty for anything else. */
export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** Return a mapping, empty for anything else. */
export function mapping(value: Json | undefined): State {
  return isMap(value) ? value : {}
}

/** Return the mappings of a list. */
export function mappings(value: Json | undefined): State[] {
  return list(value).filter(isMap)
}

/** Write one value as Python's str() does. */
export function str(value: Json | undefined): string {
  if (typeof value === 'string') return value
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (value === null || value === undefined) return 'None'
  return typeof value === 'number' ? String(value) : JSON.stringify(value)
}

/** Return each value once, in the order of the first. */
export function unique<T>(values: Iterable<T>): T[] {
  return [...new Set(values)]
}

type Rank = readonly (string | number)[]

/** Sort by a key of several parts, texts by code point; equals stay in their order. */
export function sortedBy<T>(values: readonly T[], key: (value: T) => Rank): T[] {
  const ranked = values.map((value) => ({ value, rank: key(value) }))
  return ranked.sort((one, two) => compare(one.rank, two.rank)).map(({ value }) => value)
}

function compare(one: Rank, two: Rank): number {
  for (const [index, left] of one.entries()) {
    const right = two[index] ?? ''
    const order = typeof left === 'number' && typeof right === 'number' ? left - right : byCodePoints(String(left), String(right))
    if (order) return order
  }
  return 0
}

export function sorted(texts: Iterable<string>): string[] {
  return [...texts].sort(byCodePoints)
}

/** Fold case so that two spellings compare equal (str.casefold). */
export function folded(text: string): string {
  let found = ''
  for (const character of text) found += character.toUpperCase().toLowerCase()
  return found
}

/** Leave out the full stops, semicolons and spaces at the end: the template writes its own. */
export function bare(text: string): string {
  return text.replace(/[ .;]+$/, '')
}

const BLANK_END = new RegExp(`[${BLANK}]+$`)

/** Leave out the blanks at the end. */
export function rstrip(text: string): string {
  return text.replace(BLANK_END, '')
}
