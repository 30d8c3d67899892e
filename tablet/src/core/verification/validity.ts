// Until when a verification holds (KD15): proposed from the confirmed cycle of the day, shortened at will, never lengthened; where
// none is confirmed the verifier says it (decision 0022). Twin of checklists/verified_until.py.
import { monthsAfter } from '../judging/calendar.ts'
import { cycleMonths } from '../judging/cycles.ts'
import { dayWords } from '../judging/standards.ts'
import { map, text } from '../reading.ts'
import type { Rules, State } from '../types.ts'

export interface Proposed {
  until: string
  months: number
  /** The paper that sets the cycle. */
  source: string
}

/** Return what the cycle of an instrument (its state) gives on a day; null where none is confirmed then. */
export function proposedUntil(rules: Rules, instrument: State, on: string): Proposed | null {
  const cycle = cycleMonths(rules, text(instrument.type), on, text(map(instrument.attributes).kind) || null)
  if (cycle === null || cycle.status !== 'confirmed' || typeof cycle.months !== 'number') return null
  return { until: monthsAfter(on, cycle.months), months: cycle.months, source: text(cycle.source) }
}

/** Say why a verification of a day cannot hold until another (days as YYYY-MM-DD), null where it can. */
export function refusedUntil(until: string, on: string, proposed: Proposed | null): string | null {
  if (until <= on) return `Thời hạn đến ${dayWords(until)} không sau ngày kiểm định ${dayWords(on)}.`
  if (proposed === null || until <= proposed.until) return null
  const cycle = `chu kỳ ${proposed.months} tháng (${proposed.source})`
  return `Thời hạn đến ${dayWords(until)} vượt hạn theo ${cycle} là ${dayWords(proposed.until)}: thời hạn chỉ được rút ngắn.`
}
