// How each person signed a paper: who has to, what was recorded, what a record lacks (signatures are append-only).
import type { State } from '../types.ts'
import type { Paper } from './case.ts'
import { isVerification } from './forms.ts'
import { document, filled, map, maps, text, type Doc } from '../reading.ts'

export type Outcome = 'ink' | 'drawn' | 'fingerprint' | 'refused' | 'absent'
export type Role = 'team_leader' | 'member' | 'representative' | 'witness'

/** The protocol's limit for the strokes of one signature, in bytes of JSON. */
export const MAX_STROKES = 8 * 1024
export const ROLES: readonly Role[] = ['representative', 'witness', 'member', 'team_leader']

/** Somebody whose name is printed over the line, with what was recorded of the signing (null: nothing yet). */
export interface Expected {
  role: Role
  heading: string
  name: string
  title: string
  signature: Doc | null
}

/** What somebody fills in about one signature. */
export interface Signing {
  role: Role
  name: string
  title: string
  outcome: Outcome
  /** Why somebody refused or is absent. */
  reason: string
  witness: { name: string; capacity: string }
  /** Why nobody saw the refusal. */
  unwitnessed: string
  strokes: number[][] | null
}

export type Fault = 'name' | 'reason' | 'witness' | 'strokes'

/** Return who signs a paper, in printed order, then whoever was recorded besides. */
export function expected(paper: Paper, signatures: readonly Doc[]): Expected[] {
  const own = signatures.filter((each) => each.minutes_id === paper.id)
  const left = new Set(own)
  const printed = maps(document(paper.canonical).signatures).map((row): Expected => {
    const [role, name] = [roleOf(row.role), text(row.name)]
    const found = own.find((each) => left.has(each) && each.role === role && (text(each.name) === name || name === ''))
    if (found !== undefined) left.delete(found)
    return { role, heading: text(row.heading), name: name || text(found?.name), title: text(row.title) || text(found?.title), signature: found ?? null }
  })
  return [...printed, ...[...left].map((each) => ({
    role: roleOf(each.role), heading: '', name: text(each.name), title: text(each.title), signature: each,
  }))]
}

/** Whether it is recorded of everybody how they signed. */
export function allSaid(paper: Paper, signatures: readonly Doc[]): boolean {
  return expected(paper, signatures).every((each) => each.signature !== null)
}

/** Whether photos of the signed pages are still to come; papers of a verification are not signed by the site. */
export function awaitsPages(paper: Paper, photos: readonly Doc[]): boolean {
  return !isVerification(paper.form) && !photos.some((photo) => pictures(photo, paper))
}

/** Whether a photo shows the signed pages of a paper; one that names none shows the papers issued before it was taken. */
export function pictures(photo: State, paper: Paper): boolean {
  if (photo.purpose !== 'signed_paper') return false
  if (filled(photo.minutes_id)) return photo.minutes_id === paper.id
  return Date.parse(text(photo.taken_at)) >= Date.parse(paper.issued_at)
}

/** What a record lacks. A refusal names who saw it, or says why nobody did; it never stops anything else. */
export function faults(said: Signing): Fault[] {
  const found: Fault[] = []
  if (!filled(said.name)) found.push('name')
  if (said.outcome === 'absent' && !filled(said.reason)) found.push('reason')
  if (said.outcome === 'refused' && !filled(said.witness.name) && !filled(said.unwitnessed)) found.push('witness')
  if (said.outcome === 'drawn' && (said.strokes === null || said.strokes.length === 0 || !fits(said.strokes))) found.push('strokes')
  return found
}

/** Write a record as the protocol has it. `minutes` is the paper that was signed. */
export function signatureFields(said: Signing, minutes: string, inspection: string, at: string): State {
  const refused = said.outcome === 'refused', seen = refused && filled(said.witness.name)
  const reasons = refused || said.outcome === 'absent' ? [said.reason.trim(), refused && !seen ? said.unwitnessed.trim() : ''] : []
  return {
    inspection_id: inspection, minutes_id: minutes, role: said.role, name: said.name.trim(), title: said.title.trim(),
    outcome: said.outcome, reason: reasons.filter((each) => each !== '').join('; ') || null,
    witness: seen ? { name: said.witness.name.trim(), capacity: said.witness.capacity.trim() } : null,
    strokes: said.outcome === 'drawn' ? said.strokes : null, signed_at: at,
  }
}

/** Begin a record of somebody: as printed, or as it was recorded before. */
export function begin(who: Expected): Signing {
  const before: State = who.signature ?? {}
  const witness = map(before.witness)
  return {
    role: who.role, name: who.name, title: who.title, outcome: outcomeOf(before.outcome), reason: text(before.reason),
    witness: { name: text(witness.name), capacity: text(witness.capacity) }, unwitnessed: '', strokes: null,
  }
}

export function outcomeOf(value: State[string] | undefined): Outcome {
  return value === 'drawn' || value === 'fingerprint' || value === 'refused' || value === 'absent' ? value : 'ink'
}

function roleOf(value: State[string] | undefined): Role {
  return ROLES.find((role) => role === value) ?? 'member'
}

const fits = (strokes: number[][]): boolean => JSON.stringify(strokes).length <= MAX_STROKES
