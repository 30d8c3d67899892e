// JSON values as the protocol compares and writes them: twin of `same` and `canonical` in sync/merge.py and sync/feed.py.
import { isMap } from '../reading.ts'
import type { Json, State } from '../types.ts'

/** Sorted-key JSON: two values are the same when these texts are. */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value ?? null)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
}

/** Say whether two values are equal; absent, null and empty are one, because a form has no absent fields. */
export function same(one: Json | undefined, other: Json | undefined): boolean {
  return (isBlank(one) && isBlank(other)) || canonical(one) === canonical(other)
}

function isBlank(value: Json | undefined): boolean {
  if (value === null || value === undefined || value === '') return true
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0
}

// What no page can print and the server does not store: control characters but tab and line ends, half surrogates.
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]|\p{Surrogate}/gu

/** Bring text into the form that the server keeps (NFC, printable); refuses numbers that JSON readers lose. */
export function clean(value: Json): Json {
  if (typeof value === 'string') return value.normalize('NFC').replace(UNPRINTABLE, '')
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new TypeError('measured values are decimal strings')
  if (Array.isArray(value)) return value.map(clean)
  return isMap(value) ? cleaned(value) : value
}

/** Clean every field but those that are signed byte for byte. */
export function cleaned(state: State, exact: ReadonlySet<string> = new Set()): State {
  const fields = Object.entries(state).filter(([, value]) => value !== undefined)
  return Object.fromEntries(fields.map(([name, value]) => [name, exact.has(name) ? value : clean(value)]))
}
