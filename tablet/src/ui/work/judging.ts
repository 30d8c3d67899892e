// The verdict beside the boxes: the twins' word on what stands in them now, as the server will say it.
import { measure, judgeFinding } from '../../core/judging/judge.ts'
import { measuredDays, reasons, usedStandards, type Answered } from '../../core/judging/inspection.ts'
import { supported } from '../../core/judging/standards.ts'
import type { Computed, Item, State } from '../../core/types.ts'
import { map, texts } from '../../core/reading.ts'
import { text } from './reading.ts'
import type { Part, Visit } from './visit.svelte.ts'

/** What is computed of an answer as it is being typed; null where there is nothing to compute, or nothing was entered. */
export function judged(visit: Visit, part: Part, item: Item, finding: State, answers: Answered): Computed | null {
  if (item.procedure === null || visit.rules === undefined || visit.on === null || !isBegun(item, finding)) return null
  const found = judgeFinding(item, finding, part.subject.state, answers, visit.rules, visit.on, visit.context)
  if (found === null) return null
  const inspection = visit.inspection?.state ?? {}
  return supported(found, item.procedure.name, usedStandards({ inspection, standards: visit.standards }), measuredDays(inspection), reasons(inspection))
}

/** What the procedure says of each row: its own error, limit and verdict. Empty where it cannot compute yet. */
export function measuredRows(visit: Visit, part: Part, item: Item, finding: State, answers: Answered): State[] {
  if (item.procedure === null || visit.rules === undefined || visit.on === null || !isBegun(item, finding)) return []
  try {
    return measure(item, item.procedure, finding, part.subject.state, answers, visit.rules, visit.on, visit.context).rows
  } catch {
    return [] // the readings cannot be computed with: the verdict beside them says which and why
  }
}

function isBegun(item: Item, finding: State): boolean {
  const filled = (cells: State) => Object.values(cells).some((value) => text(value) !== '' || texts(value).some(Boolean))
  if (item.columns.length === 0) return filled(map(finding.values))
  return Array.isArray(finding.rows) && finding.rows.some((row) => filled(map(row)))
}
