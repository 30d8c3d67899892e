// What screens show of documents, and how they are looked for.
import type { ChecklistRef, Document, Json, State } from '../../core/types.ts'

/** A text, or a number as it is written. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** A checklist as an inspection pins it. */
export function pinOf(row: State): ChecklistRef {
  return { code: text(row.code), version: Number(row.version), sha256: text(row.sha256) }
}

/** Whether a document was crossed out with a reason. */
export function isVoid(document: Document): boolean {
  return document.state.voided !== undefined && document.state.voided !== null
}

/** Whether the office merged this site into another; what is still written to it the server takes there. */
export function isMerged(site: Document): boolean {
  return text(site.state.merged_into) !== ''
}

/** A province, not a provincial road (tỉnh lộ). */
const PROVINCE = /(?<!\p{L})tỉnh(?!\p{L}|\s+lộ)/iu

/**
 * An address with its commune, unless it names that already, by today's name or one that the code had before
 * (`areaNames`), or is complete with its province: what was written before a merger gets no second commune.
 */
export function addressWith(address: string, names: readonly string[]): string {
  const [today = ''] = names
  const said = folded(address)
  if (today === '' || PROVINCE.test(address) || names.some((name) => said.includes(folded(name)))) return address
  return [address, today].filter(Boolean).join(', ')
}

/** The names of each area code, today's first: units are renamed and merged, addresses keep what was written. */
export function areaNames(areas: readonly Document[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const newestFirst = [...areas].sort((a, b) => (text(b.state.valid_to) || '9999').localeCompare(text(a.state.valid_to) || '9999'))
  for (const { state } of newestFirst) {
    const [code, name] = [text(state.code), text(state.name)]
    if (name !== '') found.set(code, [...(found.get(code) ?? []), name])
  }
  return found
}

/** Text without diacritics and case, so that "luc nam" finds Lục Nam. */
export function folded(said: string): string {
  return said.toLowerCase().replace(/đ/g, 'd').normalize('NFD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim()
}

/** Whether every word that was looked for stands in one of the texts. */
export function matches(looked: string, among: readonly string[]): boolean {
  const hay = folded(among.join(' '))
  return folded(looked).split(' ').every((word) => hay.includes(word))
}
