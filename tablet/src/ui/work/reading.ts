// What screens show of documents, and how they are looked for.
import type { Document, Json } from '../../core/types.ts'

/** A text, or a number as it is written. */
export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** Whether a document was crossed out with a reason. */
export function isVoid(document: Document): boolean {
  return document.state.voided !== undefined && document.state.voided !== null
}

/** An address with its commune, which many addresses name already. */
export function addressWith(address: string, area: string): string {
  return area === '' || folded(address).includes(folded(area)) ? address : [address, area].filter(Boolean).join(', ')
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
