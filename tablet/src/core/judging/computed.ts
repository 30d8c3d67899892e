// Values that nobody types: items of type `computed`. The server computes none of them; what the tablet records as `values`
// is what conditions read and minutes print. (Positions and the hour, GE07 and O02, come from the tablet itself.)

import type { Checklist, Item, State } from '../types'
import { computedOf, type Held, type Inspected, itemOf, measurementOf } from './inspection'
import { own } from './plain'
import { ProcedureInputError } from './procedures/readings'

/** Which figure of the prepackage procedure each field holds: X_tb, s, Qn - k·s (PP10), and the counts of PP11. */
const LOT_FIGURES: { [field: string]: string } = {
  mean: 'mean', s: 'standard_deviation', limit: 'mean_limit', t1: 't1', t2: 't2',
}
const LOT = 'prepackage-lot'
const CONCLUSION = 'conclusion'
/** The steps before any measuring (mobile verification, KD07 and KD08): the first that fails ends the verification. */
const FIRST_STEPS: readonly unknown[] = ['KD07', 'KD08']
/** Whether a certificate or stamp is in date is no measurement; an outdated standard still forbids a pass. */
const VALIDITY = 'validity'

/**
 * Return the `values` of a computed item for a subject (null = the visit); null where there is nothing to compute from yet.
 *
 * `conclusion` (KD11) proposes: fail where a first step or a measurement fails, inconclusive where any is, or no standard
 * was written down as in date, else pass. The inspector may write down less, for what no tablet knows: competence, ambient
 * conditions.
 */
export function computedValue(item: Item, checklist: Checklist, subject: string | null, input: Inspected): State | null {
  if (item.type !== 'computed') return null
  const fields = item.fields.map((field) => field.key)
  if (fields.includes(CONCLUSION)) return conclusion(checklist, subject, input)
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

function conclusion(checklist: Checklist, subject: string | null, input: Inspected): State | null {
  const answers = ofSubject(input, subject)
  const steps = answers.filter(({ state }) => isOf(state, checklist) && FIRST_STEPS.includes(own(state, 'item')))
  const isStopped = steps.some(({ state }) => own(state, 'answer') === 'nonconforming')
  const measured = answers.flatMap((finding) => (isValidity(finding, input) ? [] : (computedOf(finding, input) ?? [])))
  if (isStopped || measured.some((each) => each.verdict === 'fail')) return { [CONCLUSION]: 'fail' }
  if (!measured.length) return null
  const means = ofSubject(input, null).filter((finding) => isOf(finding.state, checklist) && isValidity(finding, input))
  const standards = means.flatMap((finding) => computedOf(finding, input) ?? [])
  const isGood = standards.length > 0 && [...standards, ...measured].every((each) => each.verdict === 'pass')
  return { [CONCLUSION]: isGood ? 'pass' : 'inconclusive' }
}

function ofSubject(input: Inspected, subject: string | null): Held[] {
  return input.findings.filter(({ state }) => (own(state, 'subject_id') ?? null) === subject && !own(state, 'voided'))
}

function isOf(state: State, checklist: Checklist): boolean {
  return own(state, 'checklist') === checklist.code
}

function isValidity({ state }: Held, input: Inspected): boolean {
  return itemOf(input, own(state, 'checklist'), own(state, 'item'))?.procedure?.name === VALIDITY
}
