// Issuing: judge, compose, sign and print first; then one transaction takes the number, records the minutes and keeps the PDF.
import { yearOf } from '../days.ts'
import { toBase64url } from '../base64.ts'
import { issue as numbered, left, next, takeBlank } from '../numbers.ts'
import { evidence, instant } from '../outbox/clock.ts'
import { uuid7 } from '../outbox/ids.ts'
import { create, patch, transaction, voided } from '../outbox/record.ts'
import { engineReady, pdf } from '../paper/pdf.ts'
import { canonicalText, digest, numberText, seal } from '../paper/seal.ts'
import { filled, maps, text } from '../reading.ts'
import { get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { Lease, State } from '../types.ts'
import type { Case } from './case.ts'
import { load } from './load.ts'
import type { Around } from './closing.ts'
import { composed, type Numbering } from './composing.ts'
import { blocked, ENDS_AS, firstOf, isVerification, seriesOf, type Blocked, type Form } from './forms.ts'
import { closesSlip, RECORD } from './verification.ts'
import { hostOf } from './host.ts'
import { keep } from './pdfs.ts'

/** Whoever syncs or edits in another tab meanwhile makes the paper be composed anew; more turns mean that it never rests. */
const TURNS = 5

/** A paper that cannot be issued now; the screen says why. */
export class IssueRefused extends Error {
  constructor(readonly why: Blocked) {
    super(why.code)
    this.name = 'IssueRefused'
  }
}

/** What sets a text in pages: `pdf`. */
export type Print = typeof pdf

/** What is issued. `blank`: the number of a pre-printed sheet, keyed in with the time that was written on it. */
export interface Order {
  inspection: string
  form: Form
  /** The instrument that a paper of a verification is about. */
  instrument?: string
  /** The certificate that this one stands for: it is void from then on, by a reason that names the new one. */
  replaces?: { minutes: string; reason: string }
  blank?: { series: string; year: number; number: number; writtenAt: string }
}

export interface Drafted {
  of: Case
  doc: State
  canonical: string
}

interface Paper {
  id: string
  of: Case
  /** What the tablet held when the paper was composed. */
  seen: string
  canonical: string
  cose: string
  printed: Uint8Array
}

/** The documents changed between composing and recording. */
class Changed extends Error {}

/** Compose what would be issued now, without a number. Throws IssueRefused. */
export async function draft(s: Session, inspection: string, form: Form, at = instant(), instrument = ''): Promise<Drafted> {
  const of = await known(s, { inspection, form, instrument })
  const doc = composed(of, form, null, at, instrument)
  return { of, doc, canonical: canonicalText(doc) }
}

/** Print a draft. */
export async function draftPdf(s: Session, canonical: string): Promise<Uint8Array> {
  return pdf({ canonical, cose: null, host: await hostOf(s), status: 'draft' })
}

/** The number that a paper would get now, as printed. */
export async function nextNumber(s: Session, of: { series: string }): Promise<string> {
  const found = await next(s, of.series, yearOf(instant()))
  return numberText(found.number, found.lease.symbol)
}

/** What the check before closing asks beside the documents. */
export async function around(s: Session, of: Case, form: Form): Promise<Around> {
  const series = seriesOf(of, form)?.series ?? '', year = yearOf(instant())
  const row = (await left(s)).find((each) => each.series === series && each.year === year)
  const [offset, outcome] = [await s.db.read('clock'), await s.db.read('outcome')]
  const clock = evidence(offset)
  return {
    numbers: { series, year, left: row?.left ?? 0 },
    clock: clock.offset_ms === null ? null : { offsetMs: clock.offset_ms, ageS: clock.offset_age_s ?? 0 },
    engine: await engineReady(),
    syncedAt: outcome?.success_at ? instant(outcome.success_at) : null,
  }
}

/**
 * Issue minutes; returns their id. Signing and printing wait for the browser, which no database transaction survives: so
 * the paper is made for the next number first, and recorded, with its PDF, only if number and documents are still those.
 * A number is never taken without its paper, and never stands on two.
 */
export async function issue(s: Session, order: Order, print: Print = pdf): Promise<string> {
  const at = order.blank?.writtenAt ?? instant()
  let ready: Paper | null = null
  for (let turn = 0; turn < TURNS; turn++) {
    const of = await known(s, order)
    const make = async (lease: Lease, number: number): Promise<Paper> => (ready = await paperFor(s, order, { ...lease, number }, at, ready, print))
    try {
      const { blank } = order
      if (blank === undefined) {
        const series = seriesOf(of, order.form)?.series ?? ''
        return await numbered(s, series, yearOf(at), make, (paper, lease, number) => record(s, order, paper, { ...lease, number }, at))
      }
      return await onBlank(s, order, blank, make, at)
    } catch (error) {
      if (!(error instanceof Changed)) throw error
    }
  }
  throw new Trouble('changing')
}

async function onBlank(
  s: Session, order: Order, blank: NonNullable<Order['blank']>, make: (lease: Lease, number: number) => Promise<Paper>, at: string,
): Promise<string> {
  const row = await s.db.numbers.get([blank.series, blank.year, blank.number])
  const lease = row === undefined ? undefined : await s.db.leases.get(row.lease)
  if (row?.use !== 'blank' || lease === undefined) throw new Trouble('not_blank', { number: blank.number })
  const paper = await make(lease, blank.number)
  return transaction(s, async () => {
    await takeBlank(s, blank.series, blank.year, blank.number, paper.id)
    return record(s, order, paper, { ...lease, number: blank.number }, at)
  })
}

/** Compose, sign and print; what was made before is kept where the text is still the same. */
async function paperFor(s: Session, order: Order, number: Numbering, at: string, before: Paper | null, print: Print): Promise<Paper> {
  const seen = await stamp(s, order.inspection)
  const of = await known(s, order)
  const canonical = canonicalText(composed(of, order.form, number, at, order.instrument))
  if (before?.canonical === canonical) return { ...before, of, seen }
  const { series, year } = number
  const claims = { series, year, number: number.number, issued_at: Math.floor(Date.parse(at) / 1000), sha256: digest(canonical), establishment: of.establishment.id }
  const cose = await seal(claims, s.signer)
  const printed = await print({ canonical, cose, host: await hostOf(s), status: 'issued' })
  return { id: uuid7(), of, seen, canonical, cose: toBase64url(cose), printed }
}

/** Write the minutes and keep their PDF, inside the transaction that takes the number. */
async function record(s: Session, order: Order, paper: Paper, number: Numbering, at: string): Promise<string> {
  if ((await stamp(s, order.inspection)) !== paper.seen) throw new Changed()
  const { inspection, form } = order
  const first = form === 'amendment' ? firstOf(paper.of)?.id : undefined
  const closes = form === RECORD ? closesSlip(paper.of, order.instrument ?? '') : ENDS_AS[form] !== undefined
  if (form === 'inspection' || (form === RECORD && closes)) await endVisit(s, paper.of, at)
  await create(s, 'minutes', {
    id: paper.id, scope: paper.of.inspection.scope, parent: inspection,
    set: {
      inspection_id: inspection, form, closes, series: number.series, year: number.year, number: number.number,
      canonical: paper.canonical, cose: paper.cose, issued_at: at, amends: first ?? null, ...(order.blank ? { source: 'paper' } : {}),
      ...(isVerification(form) ? { instrument_id: order.instrument ?? null } : {}),
    },
  })
  if (order.replaces) {
    const why = order.replaces.reason.trim().replace(/[ .;]+$/, '')
    await voided(s, 'minutes', order.replaces.minutes, `${why}; thay bằng giấy chứng nhận số ${numberText(number.number, number.symbol)}`)
  }
  await keep(s, paper.id, paper.printed)
  return paper.id
}

/** A paper that closes ends the visit that nobody has ended: it prints the moment of its issue as the end. */
async function endVisit(s: Session, of: Case, at: string): Promise<void> {
  const visits = maps(of.inspection.state.visits), last = visits.at(-1)
  if (last === undefined || filled(last.ended_at) || !(Date.parse(text(last.started_at)) <= Date.parse(at))) return
  await patch(s, 'inspection', of.inspection.id, { visits: [...visits.slice(0, -1), { ...last, ended_at: at }] })
}

/** A text that changes with every document of an inspection and its session: each sealed row carries a nonce of its own. */
async function stamp(s: Session, inspection: string): Promise<string> {
  const day = text((await get(s, 'inspection', inspection))?.state.session_id)
  const rows = [
    await s.db.documents.get(['inspection', inspection]), ...(await s.db.documents.where('parent').equals(inspection).toArray()),
    ...(day === '' ? [] : [await s.db.documents.get(['verification_session', day]), ...(await s.db.documents.where('parent').equals(day).toArray())]),
  ]
  return rows.map((row) => (row === undefined ? '' : `${row.kind}/${row.id}/${row.hidden}/${(row.view ?? row.server)?.subarray(0, 24).join(',') ?? ''}`)).sort().join(';')
}

async function known(s: Session, order: Order): Promise<Case> {
  const of = await load(s, order.inspection)
  if (of === undefined) throw new Trouble('not_found')
  const old = order.replaces?.minutes
  const why = blocked(old === undefined ? of : { ...of, minutes: of.minutes.filter((each) => each.id !== old) }, order.form, order.instrument)
  if (why !== null) throw new IssueRefused(why)
  return of
}
