// Values that nobody types: items of type `computed`. What the tablet records as `values` is what conditions read and minutes
// print; the server computes the conclusion beside it. (Positions and the hour, GE07 and O02, come from the tablet itself.)

import type { Checklist, Computed, Item, State } from '../types'
import { isDay } from './calendar'
import { conclude, type Conclusion } from './conclusion'
import { type Held, inSession, type Inspected, inspectedOn, judgeInspection, measurementOf } from './inspection'
import { own } from './plain'
import { ProcedureInputError } from './procedures/readings'

/** Which figure of the prepackage procedure each field holds: X_tb, s, Qn - k·s (PP10), and the counts of PP11. */
const LOT_FIGURES: { [field: string]: string } = {
  mean: 'mean', s: 'standard_deviation', limit: 'mean_limit', t1: 't1', t2: 't2',
}
const LOT = 'prepackage-lot'
const CONCLUDED = 'conclusion'

/**
 * Return the `values` of a computed item for a subject (null = the visit); null where there is nothing to compute from yet.
 *
 * `conclusion` (KD11) is that of conclusion.ts, its reasons beside it where the checklist has a place for them.
 */
export function computedValue(item: Item, checklist: Checklist, subject: string | null, input: Inspected): State | null {
  if (item.type !== 'computed') return null
  const fields = item.fields.map((field) => field.key)
  if (fields.includes(CONCLUDED)) return subject === null ? null : conclusion(fields, checklist, subject, input)
  return fields.every((field) => Object.hasOwn(LOT_FIGURES, field)) ? lotFigures(fields, checklist, subject, input) : null
}

function lotFigures(fields: string[], checklist: Checklist, subject: string | null, input: Inspected): State | null {
  const measured = checklist.sections.flatMap((section) => section.items).find((item) => item.procedure?.name === LOT)
  const finding = ofSubject(input, subject).find(({ state }) => isOf(state, checklist) && own(state, 'item') === measured?.key)
  try {
    const found = finding && measurementOf(finding, input)
    const values = fields.map((field) => [field, found?.[LOT_FIGURES[field] ?? ''] ?? null] as const)
    const known = values.filter(([, value]) => value !== null)
    return known.length ? Object.fromEntries(known) : null
  } catch (problem) {
    if (problem instanceof ProcedureInputError) return null // the table itself says what is wrong with it
    throw problem
  }
}

function conclusion(fields: string[], checklist: Checklist, subject: string, input: Inspected): State | null {
  const found = concludedOn(checklist, subject, input)
  if (found === null) return null
  const values = { [CONCLUDED]: found.verdict, reasons: found.reasons.join('; ') }
  return Object.fromEntries(Object.entries(values).filter(([key]) => fields.includes(key)))
}

/** Return the conclusion on an instrument of a slip by what the tablet holds; null where nothing of it was tested. */
export function concludedOn(checklist: Checklist, instrumentId: string, input: Inspected): Conclusion | null {
  const { session = null, team = [], verifier = null } = input
  const inspection = inSession(input.inspection, session)
  const on = verifiedOn(input.inspection, session)
  if (on === null) return null
  const computed = judgeInspection(input)
  const findings = input.findings.map(({ id, state }) => ({ ...state, computed: asState(computed.get(id)) }))
  const instrument = input.instruments.find((each) => each.id === instrumentId)?.state ?? null
  const standards = input.standards.map((each) => ({ ...each.state, id: each.id }))
  return conclude({ checklist, instrumentId, instrument, inspection, findings, session, team, standards, verifier, on })
}

/** Return the day of a verification: its session's, else that of the inspection. */
export function verifiedOn(inspection: State, session: State | null): string | null {
  const on = own(session, 'on')
  return typeof on === 'string' && isDay(on) ? on : inspectedOn(inspection)
}

function asState(computed: Computed | undefined): State | null {
  return computed === undefined ? null : { ...computed }
}

function ofSubject(input: Inspected, subject: string | null): Held[] {
  return input.findings.filter(({ state }) => (own(state, 'subject_id') ?? null) === subject && !own(state, 'voided'))
}

function isOf(state: State, checklist: Checklist): boolean {
  return own(state, 'checklist') === checklist.code
}
