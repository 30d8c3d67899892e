// The way of a certificate at the table: issued, signed, delivered, as its log of handling says.
import { paperOf, STANDING } from '../../core/closing/case.ts'
import { maps } from '../../core/reading.ts'
import type { Document, State } from '../../core/types.ts'
import { CERTIFICATE } from './one.ts'

export type Way = 'awaiting' | 'signed' | 'delivered'

/** Where a certificate is on its way: computed from the log, never stored. */
export function wayOf(minutes: State): Way {
  const steps = new Set(maps(minutes.handling).map((each) => each.step))
  return steps.has('delivered') ? 'delivered' : steps.has('signed') ? 'signed' : 'awaiting'
}

/** The certificates that stand and that nobody has been given, by their numbers. */
export function awaitingOf(minutes: readonly Document[]): { id: string; text: string; way: Way }[] {
  return minutes
    .filter((each) => each.state.form === CERTIFICATE)
    .map((each) => ({ paper: paperOf(each), way: wayOf(each.state) }))
    .filter(({ paper, way }) => STANDING.has(paper.status) && way !== 'delivered')
    .map(({ paper, way }) => ({ id: paper.id, text: paper.text, way }))
    .sort((a, b) => a.text.localeCompare(b.text, 'vi', { numeric: true }))
}
