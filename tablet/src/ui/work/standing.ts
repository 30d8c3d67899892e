// Whether the standards used carry a verdict, for the inspection's head and the choice of standards.
import { fault } from '../../core/judging/standards.ts'
import type { Document, State } from '../../core/types.ts'
import { text } from './reading.ts'

/** The standards whose certificate did not hold on a day of the inspection and that nobody gave a reason for. */
export function troubles(used: readonly Document[], days: readonly string[], reasons: State): Document[] {
  return used.filter((each) => faultOf(each, days) !== null && text(reasons[each.id]).trim() === '')
}

/** Why a standard cannot carry what was measured on these days; null where it can. */
export function faultOf(standard: Document, days: readonly string[]): string | null {
  return fault({ id: standard.id, ...standard.state }, [...days])
}
