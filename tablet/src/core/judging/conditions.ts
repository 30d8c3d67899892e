// When an item applies: twin of checklists/conditions.py. References into a visit, all/any/not/compare; nothing throws.

import type { Json, State } from '../types'
import { Fraction } from './decimal'
import { own } from './plain'
import { isMap } from '../reading'

// Deeper than any condition a person can read; keeps hostile JSON from exhausting the stack.
const MAX_DEPTH = 16
const ANSWER = 'answer'
const VALUE = 'value'
const REFERENCE = /^(?:subject\.(?<path>\w+(?:\.\w+)*)|item:(?<item>[A-Z]+\d+)(?:\.(?<field>\w+))?)$/
const NUMBER = /^-?\d{1,12}(\.\d{1,9})?$/
const DATE = /^\d{4}-\d{2}-\d{2}$/
const SIGNS: { [operator: string]: number[] } = { lt: [-1], le: [-1, 0], gt: [1], ge: [0, 1] }

/** Where a value comes from: `subject.<path>`, `item:<KEY>` (its field `value`), `item:<KEY>.<field>`. */
export interface Reference {
  item: string | null
  field: string | null
  path: string[]
}

/** What was answered in one checklist, by item key. */
export type Answers = { [item: string]: unknown }

const known = new Map<string, Reference | null>()

/** Return the reference that a text spells, or null. */
export function parseReference(text: unknown): Reference | null {
  if (typeof text !== 'string') return null
  let found = known.get(text)
  if (found === undefined) known.set(text, (found = spelt(text)))
  return found
}

function spelt(text: string): Reference | null {
  const groups = REFERENCE.exec(text)?.groups
  if (groups === undefined) return null
  if (groups['path']) return { item: null, field: null, path: groups['path'].split('.') }
  return { item: groups['item'] ?? '', field: groups['field'] ?? null, path: [] }
}

/** Return the value that a reference names, null where nothing was entered. */
export function resolve(reference: Reference, subject: unknown, findings: Answers): Json {
  if (reference.item === null) {
    const [first = '', ...rest] = reference.path
    return rest.reduce(own, own(subject, first)) ?? null
  }
  const finding = Object.hasOwn(findings, reference.item) ? findings[reference.item] : undefined
  if (reference.field === ANSWER) return own(finding, ANSWER) ?? null
  return own(own(finding, 'values'), reference.field || VALUE) ?? null
}

/** Tell whether a finding says anything: an answer, a value or a row that is not empty. */
export function isAnswered(finding: unknown): boolean {
  return isMap(finding) && [ANSWER, 'values', 'rows'].some((part) => filled(own(finding, part)))
}

/**
 * Tell whether an item is asked. No condition = always.
 *
 * Total: a value that is missing, or of the wrong kind, makes its comparison false, and so does a malformed condition.
 * Numbers compare as decimals, days as days; a list is equal to what it contains.
 */
export function applies(item: { when: unknown }, subject: unknown, findings: Answers): boolean {
  return item.when === null || item.when === undefined || holds(item.when, subject, findings, 0)
}

/** Return the text of every `from` in a condition, well spelt or not. */
export function references(condition: unknown): string[] {
  const found: string[] = []
  const stack = [condition]
  while (stack.length) {
    const node = stack.pop()
    if (Array.isArray(node)) stack.push(...[...node].reverse())
    else if (isMap(node)) {
      const from = own(own(node, 'compare'), 'from')
      if (typeof from === 'string') found.push(from)
      stack.push(...['not', 'any', 'all'].filter((key) => Object.hasOwn(node, key)).map((key) => node[key]))
    }
  }
  return found
}

function holds(condition: unknown, subject: unknown, findings: Answers, depth: number): boolean {
  if (!isMap(condition) || depth > MAX_DEPTH) return false
  const [kind, ...more] = Object.keys(condition)
  if (kind === undefined || more.length) return false
  const body = condition[kind]
  if (kind === 'compare') return isMap(body) && compares(body, subject, findings)
  if (kind === 'not') return !holds(body, subject, findings, depth + 1)
  if (!Array.isArray(body)) return false
  if (kind === 'all') return body.every((each) => holds(each, subject, findings, depth + 1))
  return kind === 'any' && body.some((each) => holds(each, subject, findings, depth + 1))
}

function compares(body: State, subject: unknown, findings: Answers): boolean {
  const [reference, operator, wanted] = [parseReference(own(body, 'from')), own(body, 'op'), own(body, VALUE)]
  if (reference === null || typeof operator !== 'string') return false
  if (operator === 'answered') {
    if (reference.item === null || reference.field !== null) return filled(resolve(reference, subject, findings))
    return Object.hasOwn(findings, reference.item) && isAnswered(findings[reference.item])
  }
  const found = resolve(reference, subject, findings)
  if (!filled(found)) return false
  if (operator === 'eq') return anyEqual(found, wanted)
  if (operator === 'ne') return !anyEqual(found, wanted)
  if (operator === 'in') return Array.isArray(wanted) && wanted.some((each) => anyEqual(found, each))
  return ordered(operator, found, wanted)
}

function anyEqual(found: unknown, wanted: unknown): boolean {
  return (Array.isArray(found) ? found : [found]).some((each) => equal(each, wanted))
}

function ordered(operator: string, found: unknown, wanted: unknown): boolean {
  const [left, right] = [plain(found), plain(wanted)]
  const signs = Object.hasOwn(SIGNS, operator) ? SIGNS[operator] : undefined
  if (left === null || right === null || signs === undefined) return false
  if (NUMBER.test(left) && NUMBER.test(right)) return signs.includes(Fraction.from(left).compare(Fraction.from(right)))
  if (DATE.test(left) && DATE.test(right)) return signs.includes(left < right ? -1 : left > right ? 1 : 0)
  return false
}

function equal(found: unknown, wanted: unknown): boolean {
  const [left, right] = [plain(found), plain(wanted)]
  if (left === null || right === null) return false
  if (left === right) return true
  return NUMBER.test(left) && NUMBER.test(right) && Fraction.from(left).compare(Fraction.from(right)) === 0
}

/** Return a value as the text that it is compared by: attributes may hold true and 3 beside "true" and "3". */
function plain(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 1e12 ? String(value) : null
  return typeof value === 'string' ? value : null
}

/** Tell whether something was entered; rows of lists of readings are the deepest there is. */
function filled(value: unknown, depth = 0): boolean {
  if (Array.isArray(value)) return depth <= MAX_DEPTH && value.some((each) => filled(each, depth + 1))
  if (isMap(value)) return depth <= MAX_DEPTH && Object.values(value).some((each) => filled(each, depth + 1))
  return value !== null && value !== undefined && value !== ''
}
