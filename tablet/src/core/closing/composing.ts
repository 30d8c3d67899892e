// From a case to the canonical document: what each form is composed of, with the verdicts of this tablet.
import { compose } from '../paper/compose.ts'
import type { State } from '../types.ts'
import type { Case } from './case.ts'
import { amendedFindings, firstOf, unlistedSamples, type Form } from './forms.ts'
import { judged } from './judged.ts'

/** A number of a lease, as it is printed. */
export interface Numbering {
  series: string
  symbol: string
  year: number
  number: number
}

/** Compose a paper; `number` is null for a draft, `instrument` names the one that papers of a verification are about. */
export function composed(of: Case, form: Form, number: Numbering | null, at: string, instrument = ''): State {
  const first = form === 'amendment' ? firstOf(of) : undefined
  const law = of.rules
  const findings = judged(of)
  const printed = first === undefined ? findings : new Set(amendedFindings(of).map((each) => each.id))
  return compose({
    form,
    issued_at: at,
    number: number === null ? null : { series: number.series, symbol: number.symbol, year: number.year, number: number.number },
    inspection: { ...of.inspection.state, id: of.inspection.id },
    campaign: of.campaign,
    organisation: of.organisation,
    establishment: of.establishment,
    area: of.area,
    instruments: of.instruments,
    findings: printed instanceof Set ? findings.filter((each) => printed.has(each.id)) : findings,
    checklists: of.checklists.map((each) => each as unknown as State),
    law: law?.law ?? [],
    violations: law?.violations ?? [],
    penalties: law?.penalties ?? [],
    standards: of.standards,
    photos: of.photos,
    requirements: of.requirements,
    measures: of.measures,
    signatures: of.signatures,
    amends: first === undefined ? null : { text: first.text, issued_at: first.issued_at },
    earlier: of.earlier,
    papers: of.papers.map(({ id, form: code, text, issued_at, measure_ids }) => ({ id, form: code, text, issued_at, measure_ids })),
    samples: unlistedSamples(of),
    instrument_id: instrument,
    session: of.session,
    marks: of.marks,
    cycles: law?.cycles ?? [],
    by: of.user,
  })
}
