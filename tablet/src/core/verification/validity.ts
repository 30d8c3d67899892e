// Until when a verification holds: proposed from the confirmed cycle of the day, else the verifier says it (decision 0022).
import { monthsAfter } from '../judging/calendar.ts'
import { cycleMonths } from '../judging/cycles.ts'
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
