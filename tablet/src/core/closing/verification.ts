// Papers of single verified instruments on the tablet: which may be issued now and why not: twin of services/verification_papers.py.
import { answersOf, conclusionOf } from '../paper/verified.ts'
import { filled, map } from '../reading.ts'
import type { State } from '../types.ts'
import { STANDING, type Case, type Paper } from './case.ts'
import { statusOf, type Blocked, type Form } from './forms.ts'

export const RECORD = 'verification_record'
export const CERTIFICATE = 'verification_certificate'
const VALID_UNTIL = 'KD15'
/** The record of a slip may be needed once more after its last one closed it: the first was void. */
const OPEN: readonly string[] = ['in_progress', 'issued', 'returned']

/** The standing paper of a form about an instrument, the last one where there are two. */
export function paperAbout(of: Case, form: Form, instrument: string): Paper | undefined {
  return of.minutes.findLast((paper) => paper.form === form && paper.instrument === instrument && STANDING.has(paper.status))
}

/** The instruments that were brought, in the order in which they came; else those of which anything was found. */
export function brought(of: Case): string[] {
  const here = new Set(of.instruments.map((each) => each.id))
  const at = (id: string): string => String(map(map(of.inspection.state.received)[id]).at ?? '')
  const received = Object.keys(map(of.inspection.state.received)).filter((id) => here.has(id))
  if (received.length > 0) return received.sort((one, other) => (at(one) + one < at(other) + other ? -1 : 1))
  return of.instruments.map((each) => each.id).filter((id) => of.findings.some((finding) => finding.subject_id === id))
}

/** Whether the record of an instrument is the slip's last: every other one that was brought has its own. */
export function closesSlip(of: Case, instrument: string): boolean {
  const closed = of.minutes.some((paper) => paper.closes && STANDING.has(paper.status))
  return !closed && brought(of).every((id) => id === instrument || paperAbout(of, RECORD, id) !== undefined)
}

/** Why the paper of an instrument cannot be issued now; null where it can. Who may, and the series, are asked elsewhere. */
export function instrumentBlocked(of: Case, form: Form, instrument: string): Blocked | null {
  if (!of.instruments.some((each) => each.id === instrument)) return { code: 'no_instrument' }
  const before = paperAbout(of, form, instrument)
  if (before !== undefined) return { code: 'already', number: before.text }
  const answers = answersOf(of.findings, instrument)
  return form === RECORD ? recordBlocked(of, answers) : certificateBlocked(of, answers, instrument)
}

function recordBlocked(of: Case, answers: ReadonlyMap<string, State>): Blocked | null {
  const status = statusOf(of)
  if (!OPEN.includes(status)) return { code: 'status', status }
  return conclusionOf(answers) === '' ? { code: 'no_conclusion' } : null
}

function certificateBlocked(of: Case, answers: ReadonlyMap<string, State>, instrument: string): Blocked | null {
  const conclusion = conclusionOf(answers)
  if (conclusion === '') return { code: 'no_conclusion' }
  if (conclusion !== 'pass') return { code: conclusion === 'fail' ? 'failed' : 'inconclusive' }
  if (paperAbout(of, RECORD, instrument) === undefined) return { code: 'no_record' }
  return filled(map(answers.get(VALID_UNTIL)?.values).value) ? null : { code: 'no_validity' }
}
