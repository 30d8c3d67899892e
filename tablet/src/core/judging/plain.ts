// Reading JSON of unknown shape, and text by Python's rules: code points, its blanks, its order.

import { isMap } from '../reading'
import type { Json } from '../types'

/** What `str.strip()` and `\s` of Python take for blank; JavaScript's own set is another one. */
export const BLANK = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const ENDS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, 'g')

/** Return an own value of a mapping; undefined where it has none by this name, or is no mapping. */
export function own(value: unknown, name: string): Json | undefined {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** Tell what Python takes for true. */
export function isFull(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isMap(value) ? Object.keys(value).length > 0 : Boolean(value)
}

/** Return a text without blanks around it. */
export function strip(text: string): string {
  return text.replace(ENDS, '')
}

/** Return how many characters a text has, one beyond the basic plane counted once. */
export function length(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Return the first so many characters. */
export function head(text: string, count: number): string {
  return text.length <= count ? text : [...text].slice(0, count).join('')
}

/** Order texts by their code points. */
export function byCodePoints(one: string, two: string): number {
  const shorter = Math.min(one.length, two.length)
  for (let n = 0; n < shorter; n++) {
    const [left, right] = [one.charCodeAt(n), two.charCodeAt(n)]
    if (left !== right) return rank(left) - rank(right)
  }
  return one.length - two.length
}

/** Surrogates stand for what comes after all of the basic plane. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
