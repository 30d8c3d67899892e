// Between a box and a document: a comma here, a point there. What cannot be read as a number is kept as it was typed.
import type { Field, Json } from '../../core/types.ts'
import { recorded, shown } from '../parts/comma.ts'

/** Amounts of money are written here with points between thousands, never with decimals: 21.590 đ. */
const MONEY = new Set(['đ', 'đ/L', 'đ/km', 'VND'])
const GROUPED = /^[+-]?\d{1,3}([.\s\u00a0]\d{3})+$/
const GROUPED_DECIMAL = /^([+-]?\d{1,3}(?:\.\d{3})+),(\d+)$/

/** What is recorded of a typed text. A number that cannot be read stays as typed: judging says so, nothing is dropped. */
export function stored(type: string, typed: string, unit = ''): string {
  if (type !== 'number') return typed
  const bare = typed.trim()
  if (MONEY.has(unit) && GROUPED.test(bare)) return bare.replace(/[.\s\u00a0]/g, '')
  const grouped = GROUPED_DECIMAL.exec(bare)
  if (grouped !== null) return `${grouped[1]?.replaceAll('.', '')}.${grouped[2]}`
  return recorded(bare.replace(/[.,]$/, '')) ?? bare
}

/** What stands in the box for a recorded value. */
export function boxed(type: string, value: Json | undefined): string {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return ''
  return type === 'number' && recorded(value) === value ? shown(value) : value
}

/** Whether a typed text is meant as a number and cannot be read as one. An empty box is no fault. */
export function isUnreadable(type: string, typed: string, unit = ''): boolean {
  return type === 'number' && typed.trim() !== '' && recorded(stored(type, typed, unit)) === null
}

/** A value in the words of its field, as the paper prints it: choices by their title, numbers with a comma. */
export function inWords(field: Pick<Field, 'type' | 'choices'>, value: Json | undefined, say: (title: { vi: string; en: string }) => string): string {
  if (Array.isArray(value)) return value.map((each) => inWords(field, each, say)).filter(Boolean).join('; ')
  const choice = field.choices?.find((each) => each.key === value)
  return choice ? say(choice.title) : boxed(field.type, value)
}
