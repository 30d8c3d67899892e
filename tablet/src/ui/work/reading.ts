// Reading documents safely: a state may hold what an old tablet or a newer one wrote, so nothing is taken on trust.
import type { Document, Json, State } from '../../core/types.ts'

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

export function texts(value: Json | undefined): string[] {
  return list(value).filter((each): each is string => typeof each === 'string')
}

export function record(value: Json | undefined): State {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

export function records(value: Json | undefined): State[] {
  return list(value).filter((each): each is State => each !== null && typeof each === 'object' && !Array.isArray(each))
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
