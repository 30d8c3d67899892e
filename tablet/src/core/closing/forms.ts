// Which papers a tablet issues now, and why not: the tablet's half of the office's desk (server/services/paper_desk.py).
import type { Case, Paper } from './case.ts'
import { STANDING } from './case.ts'
import { instrumentBlocked } from './verification.ts'
import { filled, map, maps, text, type Doc } from '../reading.ts'
import type { State } from '../types.ts'

/** In the order in which they come about. Notices (thông báo) are letters of the agency: the office issues them. */
export const FORMS = ['announcement', 'working', 'inspection', 'amendment', 'not_carried_out', 'sampling', 'sealing', 'unsealing'] as const
/** Papers about one verified instrument: offered for each instrument, not for the inspection (verification.ts). */
export const VERIFICATION = ['verification_record', 'verification_certificate'] as const
export type Form = (typeof FORMS)[number] | (typeof VERIFICATION)[number]
/** What ends an inspection, and as what. */
export const ENDS_AS: Partial<Record<Form, string>> = { inspection: 'issued', amendment: 'issued', not_carried_out: 'not_carried_out' }
/** What can be written by hand on a pre-printed sheet. */
export const BY_HAND: readonly Form[] = FORMS.filter((form) => form !== 'amendment')

export type Lack = 'cause' | 'at' | 'photo' | 'witness'
export type Blocked =
  | { code: 'already'; number: string }
  | { code: 'status'; status: string }
  | { code: 'no_instrument' | 'no_conclusion' | 'failed' | 'inconclusive' | 'no_record' | 'no_validity' | 'not_verifier' }
  | { code: 'not_announced' | 'no_first' | 'no_samples' | 'no_series' | 'not_leader' | 'rests_on' | 'incomplete' }
  | { code: 'no_measure' | 'measures_done'; measure: string }
  | { code: 'attempt'; lacks: Lack[] }

export interface Offer {
  form: Form
  blocked: Blocked | null
}

export function isForm(code: string): code is Form {
  return [...FORMS, ...VERIFICATION].some((form) => form === code)
}

export function offers(of: Case): Offer[] {
  return FORMS.map((form) => ({ form, blocked: blocked(of, form) }))
}

/** Why a paper cannot be issued now; null where it can. `instrument`: of papers about one. */
export function blocked(of: Case, form: Form, instrument = ''): Blocked | null {
  if (!of.complete) return { code: 'incomplete' }
  if (!leads(of) && !(isVerification(form) && verifies(of))) return { code: isVerification(form) ? 'not_verifier' : 'not_leader' }
  const why = isVerification(form) ? instrumentBlocked(of, form, instrument) : CHECKS[form](of)
  return why ?? (seriesOf(of, form) === null ? { code: 'no_series' } : null)
}

export function isVerification(form: string): form is (typeof VERIFICATION)[number] {
  return VERIFICATION.some((each) => each === form)
}

/** Only the leader, or a substitute named in writing, issues minutes. */
export function leads(of: Case): boolean {
  return maps(of.campaign.team).some((member) => member.user_id === of.user && (member.role === 'leader' || member.role === 'substitute'))
}

/** Papers of a verification are issued by the verifiers of the team, too. */
function verifies(of: Case): boolean {
  return maps(of.campaign.team).some((member) => member.user_id === of.user && member.role === 'verifier')
}

/** The series that numbers a form: its own, else for minutes the agency's first for minutes; null where there is none. */
export function seriesOf(of: Case, form: Form): { series: string; symbol: string } | null {
  const rows = maps(of.organisation.series)
  const isOther = (code: string) => code.endsWith('_notice') || isVerification(code)
  const found = rows.find((row) => row.form === form) ?? (isVerification(form) ? undefined : rows.find((row) => !isOther(text(row.form))))
  if (found === undefined || !filled(found.series)) return null
  return { series: text(found.series), symbol: text(found.symbol) || text(found.series) }
}

/** The status of a case with what this tablet issued laid over it. */
export function statusOf(of: Case): string {
  return statusWith(text(of.inspection.state.status), of.minutes)
}

/** Lay papers over a status: closing minutes that the server has not seen end the inspection here. */
export function statusWith(said: string, minutes: readonly Paper[]): string {
  const closing = minutes.filter((paper) => paper.closes && STANDING.has(paper.status))
  // A slip whose last record was voided is open again: what was wrong is put right before it is issued anew (sync/minutes.reopens).
  const reopened = said === 'issued' && closing.length === 0 && minutes.some((paper) => paper.closes && paper.form === 'verification_record' && paper.status === 'void')
  if (reopened) return 'in_progress'
  const open = said === 'planned' || said === 'in_progress'
  const last = closing.findLast((paper) => open || paper.rev === 0)
  if (last === undefined) return said
  const ends = (isForm(last.form) ? ENDS_AS[last.form] : undefined) ?? 'issued'
  return ends === 'not_carried_out' && said !== 'planned' ? said : ends
}

/** The minutes that an amendment amends: the inspection's last closing ones. */
export function firstOf(of: Case): Paper | undefined {
  return own(of, 'inspection').at(-1)
}

/** The findings that an amendment prints: those that came back, and what no standing paper lists yet. */
export function amendedFindings(of: Case): Doc[] {
  const back = new Set(maps(map(of.inspection.state.review).items).map((item) => text(item.finding_id)))
  const listed = new Set(of.minutes.filter((paper) => STANDING.has(paper.status)).flatMap((paper) => paper.freezes))
  return of.findings.filter((finding) => back.has(finding.id) || !listed.has(finding.id))
}

/** The samples that no standing sampling minutes list. */
export function unlistedSamples(of: Case): Doc[] {
  const papers = of.minutes.filter((paper) => paper.form === 'sampling' && STANDING.has(paper.status))
  const listed = new Set(papers.flatMap((paper) => paper.freezes))
  return of.samples.filter((sample) => !listed.has(sample.id))
}

function own(of: Case, form: Form): Paper[] {
  return of.minutes.filter((paper) => paper.form === form && STANDING.has(paper.status))
}

function once(of: Case, form: Form): Blocked | null {
  const last = own(of, form).at(-1)
  return last === undefined ? null : { code: 'already', number: last.text }
}

function inStatus(of: Case, ...allowed: string[]): Blocked | null {
  const status = statusOf(of)
  return allowed.includes(status) ? null : { code: 'status', status }
}

function measures(of: Case, type: string, form: Form, restsOn: readonly string[]): Blocked | null {
  const recorded = of.measures.filter((measure) => measure.type === type)
  const done = new Set(of.papers.filter((paper) => paper.form === form).flatMap((paper) => paper.measure_ids))
  const due = recorded.filter((measure) => !done.has(measure.id))
  if (due.length === 0) return { code: recorded.length > 0 ? 'measures_done' : 'no_measure', measure: type }
  if (restsOn.length === 0) return null
  const listed = new Set(of.papers.filter((paper) => restsOn.includes(paper.form)).flatMap((paper) => paper.measure_ids))
  return due.every((measure) => listed.has(sealOf(of, measure)?.id ?? '')) ? null : { code: 'rests_on' }
}

/** The seal that an unsealing opens: the one that it names, else the last one before it on the same object. */
export function sealOf(of: Case, measure: State): Doc | undefined {
  const others = [...of.earlier, ...of.measures]
  const named = others.find((each) => each.id === measure.follows)
  if (named !== undefined) return named
  const at = Date.parse(text(measure.at))
  const same = others.filter((each) => each.type === 'seal' && (each.instrument_id ?? null) === (measure.instrument_id ?? null))
  return same.filter((each) => Number.isNaN(at) || Date.parse(text(each.at)) <= at).sort((a, b) => Date.parse(text(a.at)) - Date.parse(text(b.at))).at(-1)
}

function attempted(of: Case): Blocked | null {
  const state = of.inspection.state
  const attempt = map(state.attempt)
  const pictures = of.photos.filter((photo) => (photo.purpose ?? 'evidence') === 'evidence')
  const lacks: Lack[] = []
  if (!filled(attempt.cause) || !filled(state.reason)) lacks.push('cause')
  if (!filled(attempt.at)) lacks.push('at')
  if (pictures.length === 0) lacks.push('photo')
  if (!filled(map(attempt.witness).name) && !filled(attempt.no_witness_reason)) lacks.push('witness')
  return lacks.length > 0 ? { code: 'attempt', lacks } : null
}

const CHECKS: Record<(typeof FORMS)[number], (of: Case) => Blocked | null> = {
  announcement: (of) =>
    once(of, 'announcement') ??
    inStatus(of, 'planned', 'in_progress') ??
    (filled(of.inspection.state.decision_announced_at) ? null : { code: 'not_announced' }),
  working: (of) => inStatus(of, 'in_progress'),
  inspection: (of) => once(of, 'inspection') ?? inStatus(of, 'in_progress'),
  amendment: (of) => (firstOf(of) === undefined ? { code: 'no_first' } : inStatus(of, 'returned')),
  not_carried_out: (of) => once(of, 'not_carried_out') ?? inStatus(of, 'planned', 'not_carried_out') ?? attempted(of),
  sampling: (of) => (unlistedSamples(of).length > 0 ? null : { code: 'no_samples' }),
  sealing: (of) => measures(of, 'seal', 'sealing', []),
  unsealing: (of) => measures(of, 'unseal', 'unsealing', ['sealing', 'inspection', 'working']),
}
