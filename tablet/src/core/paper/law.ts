// What the law says on a day, read from the rows of the served rule set: twin of checklists/law.py.
import type { Json } from '../types'
import { get, list, mapping, sorted, str, truthy, type Doc } from './shape.ts'
import { itemKey } from './words.ts'

/** The year in a document's number: 28/2013/TT-BKHCN, ĐLVN 343:2020. */
const YEAR = /[/:](\d{4})(?!\d)/

/**
 * Return the documents that hold on a day (ISO), in their order. A first day that was not read does not exclude a document,
 * but none holds before it was signed, nor before the year in its number. One whose last day was not read ends where a
 * document that replaces it begins.
 */
export function inForce(law: Doc[], on: string): Doc[] {
  const begun = law.filter((row) => begins(row) <= on)
  const ids = new Set(begun.map((row) => get(row, 'id')))
  return begun.filter((row) => !ended(row, ids, on))
}

/** Return the numbers of the documents that do not hold on a day, and of those of which nobody confirmed it. */
export function uncitable(law: Doc[], on: string): string[] {
  const holding = inForce(law, on).filter((row) => (row.status === undefined ? 'confirmed' : row.status) === 'confirmed')
  const sure = new Set(holding.map((row) => get(row, 'number')))
  return sorted(new Set(law.filter((row) => truthy(row.number) && !sure.has(str(row.number))).map((row) => str(row.number))))
}

/** Return, by item, the penalty rows that name what it finds, under confirmed decrees that hold on this day. */
export function articles(law: Doc[], violations: Doc[], penalties: Doc[], on: string): Map<string, Doc[]> {
  const decrees = new Set(inForce(law, on).filter((row) => row.status === 'confirmed').map((row) => get(row, 'id')))
  const standing = penalties.filter((row) => decrees.has(get(row, 'law')) && covers(row, on))
  const found = new Map<string, Doc[]>()
  for (const violation of violations) {
    const named = standing.filter((row) => list(row.violations).includes(get(violation, 'id')))
    if (!named.length) continue
    for (const [code, keys] of Object.entries(mapping(violation.items))) {
      for (const key of list(keys)) add(found, itemKey(code, key), named)
    }
  }
  return found
}

function add(found: Map<string, Doc[]>, item: string, rows: Doc[]): void {
  const before = found.get(item) ?? []
  found.set(item, [...before, ...rows.filter((row) => !before.includes(row))])
}

/** Return the first day on which a document may hold, '' = no bound is known. */
function begins(row: Doc): string {
  const known: Json | undefined = truthy(row.valid_from) ? row.valid_from : row.issued_on
  if (truthy(known)) return str(known)
  const year = YEAR.exec(truthy(row.number) ? str(row.number) : '')
  return year ? `${year[1]}-01-01` : ''
}

function ended(row: Doc, begun: ReadonlySet<Json>, day: string): boolean {
  if (truthy(row.valid_to)) return str(row.valid_to) < day
  return get(row, 'replaced_by') !== null && begun.has(get(row, 'replaced_by'))
}

function covers(row: Doc, day: string): boolean {
  const until = truthy(row.valid_to) ? str(row.valid_to) : ''
  return (truthy(row.valid_from) ? str(row.valid_from) : '') <= day && (!until || day <= until)
}
