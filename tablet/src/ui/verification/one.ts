// One instrument on its way through the session: which step it is at, what its papers are, what may still be said of it.
import { paperOf, STANDING, type Paper } from '../../core/closing/case.ts'
import type { Standing, Place } from '../../core/judging/verification.ts'
import { isMap, map } from '../../core/reading.ts'
import type { Document, Item, State, Verdict } from '../../core/types.ts'
import { refusedUntil, type Proposed } from '../../core/verification/validity.ts'
import { text } from '../work/reading.ts'
import type { Part } from '../work/visit.svelte.ts'

export const RECORD = 'verification_record'
export const CERTIFICATE = 'verification_certificate'
const CONCLUSION = 'KD11'
/** What this screen asks in its own way: sticker, seals, certificate, day, price, return, old marks. */
const MARKS = 'marks'

/** The step that is next. `test`: no conclusion yet; `papers`: concluded, nothing issued; `hand`: to be handed back. */
export type Step = 'test' | 'papers' | 'hand' | 'done'

export function stepOf(place: Place | null, papers: readonly Paper[]): Step {
  if (place === null || place.conclusion === null) return place?.standing === 'handed_back' ? 'done' : 'test'
  if (place.standing === 'handed_back') return 'done'
  const has = (form: string): boolean => papers.some((each) => each.form === form)
  return has(RECORD) && (place.conclusion !== 'pass' || has(CERTIFICATE)) ? 'hand' : 'papers'
}

/** The standing papers about an instrument, the oldest first. */
export function papersOf(minutes: readonly Document[], instrument: string): Paper[] {
  return minutes
    .filter((each) => each.state.instrument_id === instrument)
    .map(paperOf)
    .filter((each) => STANDING.has(each.status))
    .sort((a, b) => a.issued_at.localeCompare(b.issued_at))
}

/** The sections about an instrument that are filled in before the conclusion, in the order of the checklist. */
export function testsOf(parts: readonly Part[], instrument: string): Part[] {
  return parts.filter((each) => each.subject.id === instrument && each.section.key !== MARKS && each.section.items.some((item) => item.key !== CONCLUSION))
}

/** The item that holds the conclusion, with the part it stands in. */
export function conclusionIn(parts: readonly Part[], instrument: string): { part: Part; item: Item } | null {
  for (const part of parts) {
    if (part.subject.id !== instrument) continue
    const item = part.section.items.find((each) => each.key === CONCLUSION)
    if (item !== undefined) return { part, item }
  }
  return null
}

/** What may be written down where the computation proposes this: as much, or less. */
export function allowed(proposed: Verdict | null): Verdict[] {
  if (proposed === 'pass') return ['pass', 'fail', 'inconclusive']
  if (proposed === 'fail') return ['fail', 'inconclusive']
  return ['inconclusive', 'fail']
}

export function verdictOf(values: unknown): Verdict | null {
  const said = isMap(values) ? values.conclusion : null
  return said === 'pass' || said === 'fail' || said === 'inconclusive' ? said : null
}

/** Whether a day is one that a proposal may be changed to: after the verification, not after what the cycle gives. */
export function mayShorten(day: string, proposed: Proposed | null, verifiedOn: string): 'ok' | 'later' | 'earlier' | 'none' {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return 'none'
  if (refusedUntil(day, verifiedOn, proposed) === null) return 'ok'
  return day > verifiedOn ? 'later' : 'earlier'
}

/** To whom an instrument was handed back, and when; null while it is here. */
export function handedBack(slip: State, instrument: string): { at: string; to: string } | null {
  const row = map(slip.handed_back)[instrument]
  return isMap(row) ? { at: text(row.at), to: text(row.to) } : null
}

export const isDone = (standing: Standing | undefined): boolean => standing === 'handed_back'

/** Whether an instrument may go back: concluded, with its record where one was to be issued, and still here. */
export function isReady(place: Place, minutes: readonly Document[], instrument: string): boolean {
  if (place.standing === 'handed_back' || place.conclusion === null) return false
  return place.conclusion === 'inconclusive' || papersOf(minutes, instrument).some((each) => each.form === RECORD)
}
