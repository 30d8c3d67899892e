// The verdict beside the boxes: the twins' word on what stands in them now, as the server will say it.
import { measure, judgeFinding } from '../../core/judging/judge.ts'
import { supported } from '../../core/judging/standards.ts'
import type { Computed, Item, State } from '../../core/types.ts'
import { record, text, texts } from './reading.ts'
import { daysOf, type Answers, type Part, type Visit } from './visit.svelte.ts'

/** What is computed of an answer as it is being typed; null where there is nothing to compute, or nothing was entered. */
export function judged(visit: Visit, part: Part, item: Item, finding: State, answers: Answers): Computed | null {
  if (item.procedure === null || visit.rules === undefined || visit.on === null || !isBegun(item, finding)) return null
  const found = judgeFinding(item, finding, part.subject.state, answers, visit.rules, visit.on, visit.context)
  if (found === null) return null
  const inspection = visit.inspection?.state ?? {}
  const used = visit.standards.filter((each) => texts(inspection.standards).includes(each.id)).map((each) => ({ id: each.id, ...each.state }))
  return supported(found, item.procedure.name, used, daysOf(inspection), record(inspection.standard_overrides))
}

/** What the procedure says of each row: its own error, limit and verdict. Empty where it cannot compute yet. */
export function measuredRows(visit: Visit, part: Part, item: Item, finding: State, answers: Answers): State[] {
  if (item.procedure === null || visit.rules === undefined || visit.on === null || !isBegun(item, finding)) return []
  try {
    return measure(item, item.procedure, finding, part.subject.state, answers, visit.rules, visit.on, visit.context).rows
  } catch {
    return [] // the readings cannot be computed with: the verdict beside them says which and why
  }
}

function isBegun(item: Item, finding: State): boolean {
  const filled = (cells: State) => Object.values(cells).some((value) => text(value) !== '' || texts(value).some(Boolean))
  if (item.columns.length === 0) return filled(record(finding.values))
  return Array.isArray(finding.rows) && finding.rows.some((row) => filled(record(row)))
}
