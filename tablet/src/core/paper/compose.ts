// The canonical document of minutes: everything that is printed, composed once, then frozen by a signature: twin of sync/paper.py.
import { measuredDays, reasons } from '../judging/inspection'
import { certificateOn, isValidOn } from '../judging/standards'
import type { Json, State } from '../types'
import { attemptBlock, attemptOf, attemptPhotographed, attemptSignatures } from './attempt.ts'
import { basisOf } from './basis.ts'
import { Context } from './context.ts'
import { isoLocal, local, type Local } from './days.ts'
import { fingerprint } from './findings.ts'
import { formOf, isCertificate, isNotice, isOfInstrument, showsInspection, type Form } from './forms.ts'
import { uncitable } from './law.ts'
import { cited, commas, firstMoment, photographed, sealRows, subjectOf, traced, type Traced } from './measures.ts'
import { notice, thing, type Sender } from './notice.ts'
import { person, recipients, signatures as signaturesOf, team } from './people.ts'
import { checklistBlock, counts, nonconformities, ordinalOf, photoList, printed } from './results.ts'
import { citedBy, resultNotice, samplesPhotographed, samplingMinutes } from './samples.ts'
import { numberText } from './seal.ts'
import { bare, get, list, mapping, mappings, sortedBy, str, truthy, unique, type Doc } from './shape.ts'
import { instrument, place, site } from './site.ts'
import { certificate, frozen, measured, record } from './verification.ts'
import { ownOf, verified, withSession } from './verified.ts'
import { ACTS, dayInWords, longDay, MEASURES, moment, penaltyLines, shortDay, TEAMS, text, upperFirst, word } from './words.ts'

const VERSION = 1

/** What a paper is composed from: document states (protocol shapes, each with its `id`) and rows of the served rule set. */
export interface ComposeInput {
  form: string
  /** RFC 3339 with offset. */
  issued_at: string
  /** {series, symbol, year, number}, null for a draft. */
  number: Doc | null
  inspection: Doc
  campaign: Doc
  organisation: Doc
  establishment: Doc
  area?: Doc | null
  instruments?: Doc[]
  findings?: Doc[]
  checklists?: Doc[]
  law?: Doc[]
  violations?: Doc[]
  penalties?: Doc[]
  standards?: Doc[]
  photos?: Doc[]
  requirements?: Doc[]
  measures?: Doc[]
  signatures?: Doc[]
  /** {text, issued_at} of the first minutes. */
  amends?: Doc | null
  /** The measures of the inspections that this one re-checks. */
  earlier?: Doc[]
  /** The standing papers issued before: {id, form, text, issued_at, measure_ids}. */
  papers?: Doc[]
  /** {name, title, authority} of a notice. */
  signer?: Doc | null
  samples?: Doc[]
  results?: Doc[]
  /** The instrument that papers of a verification are about, its session, the ledger's marks, the rule set's cycles, who issues. */
  instrument_id?: string
  session?: Doc | null
  marks?: Doc[]
  cycles?: Doc[]
  by?: string
  copies?: number
}

type Input = Required<ComposeInput>

const NOTHING = {
  area: null, instruments: [], findings: [], checklists: [], law: [], violations: [], penalties: [], standards: [],
  photos: [], requirements: [], measures: [], signatures: [], amends: null, earlier: [], papers: [], signer: null,
  samples: [], results: [], instrument_id: '', session: null, marks: [], cycles: [], by: '', copies: 2,
}

/**
 * Compose the paper. Absent parts are printed as absent, never refused: paper must come out in the field.
 * Throws RangeError for an unknown form and for an `issued_at` that is no instant.
 */
export function compose(given: ComposeInput): State {
  const form = formOf(given.form)
  const issued = local(given.issued_at)
  if (issued === null) throw new RangeError(`Thời điểm '${given.issued_at}' không đọc được hoặc thiếu múi giờ.`)
  const input = standing({ ...NOTHING, ...given })
  const { campaign } = input
  // The paper bears the house's name of the campaign, whatever it is called today.
  const named = Object.entries(mapping(campaign.organisation)).filter(([, value]) => truthy(value))
  const organisation: Doc = { ...input.organisation, ...Object.fromEntries(named) }
  const rows = form.measure ? traced(form, input.measures, input.earlier, input.papers) : []
  const page = { ...printedOn(form, input), organisation }
  const context = contextOf(form, page, rows, inspectedOn(page.inspection, issued.day))
  const doc = bodyOf(form, page, rows, context, issued)
  if (isOfInstrument(form)) return ofInstrument(form, doc, page, context)
  const sender: Sender = { organisation, campaign, signer: input.signer }
  if (form.parts.has('laboratory')) return resultNotice(doc, input.samples, input.results, sender)
  if (isNotice(form)) return notice(form, doc, rows, input.requirements, context.context, sender)
  if (form.parts.has('seals')) doc.seals = sealRows(rows, context.context)
  if (form.parts.has('attempt')) doc.attempt = attemptBlock(page.inspection)
  return form.parts.has('samples') ? samplingMinutes(doc, input.samples, context.context) : doc
}

/** Make the papers of one verified instrument. */
function ofInstrument(form: Form, doc: State, page: Input, shown: Shown): State {
  const { instrument_id: instrumentId, session, marks, cycles, campaign, issued_at: issuedAt, by, organisation } = page
  const given = { instrumentId, session: mapping(session), marks, cycles, campaign, issuedAt, on: shown.on, by }
  const about = verified(given, shown.findings, page.checklists, shown.context)
  return isCertificate(form) ? certificate(doc, about, organisation, page.signer) : record(doc, about, organisation)
}

/** Leave out what was voided: it stays in the record, not on paper. */
function standing(input: Input): Input {
  const kept = (docs: Doc[]) => docs.filter((each) => !truthy(each.voided))
  return {
    ...input,
    findings: kept(input.findings), photos: kept(input.photos), signatures: kept(input.signatures),
    measures: kept(input.measures), requirements: kept(input.requirements), samples: kept(input.samples),
  }
}

/** Leave out what this form does not print: an announcement is read out before anything is looked at, also when late. */
function printedOn(form: Form, input: Input): Input {
  const inspection = isOfInstrument(form) ? withSession(input.inspection, mapping(input.session)) : input.inspection
  const signatures = ownSignatures(form, inspection, input.signatures, input.papers)
  if (form.parts.has('conclusion')) return { ...input, signatures }
  const silent = { ...inspection, conclusion: '', establishment_statement: '' }
  return { ...input, signatures, inspection: silent, requirements: [], measures: [] }
}

/** Leave out signatures given on another paper: whoever refused to sign the minutes did not refuse this one, too. */
function ownSignatures(form: Form, inspection: Doc, signatures: Doc[], papers: Doc[]): Doc[] {
  const issued = new Set(papers.map((paper) => get(paper, 'id')))
  let own = signatures.filter((each) => !issued.has(get(each, 'minutes_id')))
  if (!showsInspection(form) && papers.length) own = own.filter((each) => truthy(each.minutes_id))
  return form.parts.has('attempt') ? attemptSignatures(inspection, own) : own
}

/** What is printed of the findings and photos, with what is needed to name them. */
interface Shown {
  context: Context
  on: string
  findings: Doc[]
  evidence: Doc[]
  pictured: Doc[]
}

function contextOf(form: Form, input: Input, rows: Traced[], on: string): Shown {
  const isEvidence = (photo: Doc) => (photo.purpose === undefined ? 'evidence' : photo.purpose) === 'evidence'
  const photos = form.parts.has('photos') ? input.photos.filter(isEvidence) : []
  const all = sortedBy(photos, (photo) => [text(photo.taken_at), str(photo.id)])
  // Only what is printed is frozen: a finding without an answer yet must stay open after working minutes.
  const asked = isOfInstrument(form) ? ownOf(input.findings, input.instrument_id) : input.findings
  const answered = form.parts.has('results') ? printed(asked, input.checklists) : []
  const findings = sortedBy(answered, (f) => [truthy(f.subject_id) ? str(f.subject_id) : '', ordinalOf(f), str(f.id)])
  const pictured = picturedOn(form, input, rows, findings, all)
  const isShown = (photo: Doc) => pictured.some((each) => list(each.photo_ids).includes(get(photo, 'id')))
  const evidence = showsInspection(form) ? all : all.filter(isShown)
  const context = new Context({
    instruments: new Map(input.instruments.map((doc) => [get(doc, 'id'), doc])),
    photoNumbers: new Map(evidence.map((photo, index) => [get(photo, 'id'), index + 1])),
    uncitable: uncitable(input.law, on),
    articles: penaltyLines(input.law, input.violations, input.penalties, on),
    findings: asked,
  })
  return { context, on, findings, evidence, pictured }
}

/** Return what the photos show: findings, or in their shape the measures, samples or the attempt that the paper is about. */
function picturedOn(form: Form, input: Input, rows: Traced[], findings: Doc[], evidence: Doc[]): Doc[] {
  if (form.parts.has('samples')) return samplesPhotographed(input.samples)
  if (form.measure) return photographed(rows, form)
  return form.parts.has('attempt') ? attemptPhotographed(input.inspection, evidence) : findings
}

function bodyOf(form: Form, input: Input, rows: Traced[], shown: Shown, issued: Local): State {
  const { inspection, campaign, organisation, establishment, area, amends } = input
  const { context, findings, evidence, pictured, on } = shown
  const told = isOfInstrument(form) ? measured(findings) : findings
  const listed = isOfInstrument(form) ? frozen(form, findings, input.instrument_id) : findings
  const blocks = blocksOf(form, input, told, context)
  const codes = input.checklists.map((definition) => get(definition, 'code'))
  const papers = form.measure ? rows.map((row) => row.paper) : citedBy(form, input.papers)
  const issuedAt = moment(input.issued_at)
  const kind = text(campaign.kind)
  // Numbers of instruments are given out in the order of first mention: the order of these lines is part of the paper.
  const instruments = [...context.numbers].filter(([id]) => context.instrument(id)).map(([id, n]) => instrument(context, id, n))
  return {
    version: VERSION,
    form: form.code,
    agency: agencyOf(organisation),
    number: numberOf(input.number),
    place_date: `${text(organisation.place)}, ${dayInWords(issued.day)}`.replace(/^[, ]+/, ''),
    issued_at: isoLocal(issued, false),
    title: form.title,
    abstract: abstractOf(form, campaign, amends, rows),
    basis: [...basisOf(campaign, organisation, input.law, codes, on, amends), ...cited(papers)],
    visits: showsInspection(form) ? visitsOf(inspection) : [],
    started: moment(begun(form, inspection, rows)) || issuedAt,
    ended: (showsInspection(form) ? moment(lastEnd(inspection)) : '') || issuedAt,
    announced: moment(inspection.decision_announced_at),
    place: place(establishment, area),
    scope: text(mapping(campaign.decision).scope),
    team_name: word(TEAMS, kind, 'Đoàn kiểm tra'),
    act: word(ACTS, kind, 'kiểm tra'),
    team: team(campaign),
    establishment: site(establishment, area),
    witnesses: input.signatures.filter((each) => each.role === 'witness').map(person),
    checklists: blocks,
    instruments,
    standards: form.parts.has('results') ? standardsOf(inspection, input.standards, on) : [],
    counts: counts(blocks),
    nonconformities: nonconformities(blocks, context),
    conclusion: text(inspection.conclusion),
    requirements: input.requirements.filter((each) => each.state !== 'waived').map((each) => requirementOf(each, findings)),
    measures: input.measures.map((each) => measureOf(each, context)),
    statement: text(inspection.establishment_statement),
    photos: photoList(evidence, pictured, context),
    findings: sortedBy(listed, (f) => [str(f.id)]).map((f) => ({ id: get(f, 'id'), sha256: fingerprint(f) })),
    amends: amends && { text: text(amends.text), issued_at: text(amends.issued_at) },
    copies: input.copies,
    signatures: signaturesOf(campaign, establishment, input.signatures, form.signers),
    recipients: recipients(organisation, establishment),
  }
}

function blocksOf(form: Form, input: Input, findings: Doc[], context: Context): State[] {
  const blocks = input.checklists.map((definition) =>
    checklistBlock(definition, findings.filter((f) => get(f, 'checklist') === get(definition, 'code')), context),
  )
  if (!form.parts.has('results')) return []
  if (form.code !== 'amendment') return blocks
  // It prints what it corrects; the rest stands in the first minutes.
  return blocks.filter((block) => truthy(block.sections)).map((block) => ({ ...block, missing: [] }))
}

function begun(form: Form, inspection: Doc, rows: Traced[]): Json | undefined {
  if (form.measure) return firstMoment(rows)
  return form.parts.has('attempt') ? attemptOf(inspection).at : firstStart(inspection)
}

/** Return the day (ISO) whose law applies: that of the first visit, else of the paper. */
function inspectedOn(inspection: Doc, issued: string): string {
  return local(firstStart(inspection))?.day ?? issued
}

function firstStart(inspection: Doc): Json | undefined {
  return mappings(inspection.visits).find((visit) => truthy(visit.started_at))?.started_at
}

/** When the last visit ended; of one that goes on an earlier visit's end says nothing. */
function lastEnd(inspection: Doc): Json | undefined {
  return mappings(inspection.visits).at(-1)?.ended_at
}

/** Name each visit where there were several; one visit stands in started and ended. */
function visitsOf(inspection: Doc): State[] {
  const visits = mappings(inspection.visits)
  return visits.length < 2 ? [] : visits.map((visit) => ({ from: moment(visit.started_at), to: moment(visit.ended_at) }))
}

function agencyOf(organisation: Doc): string[] {
  const lines = list(organisation.letterhead).map(text).filter(Boolean)
  if (lines.length) return lines
  return ['parent_name', 'name'].filter((name) => truthy(organisation[name])).map((name) => text(organisation[name]))
}

function numberOf(given: Doc | null): State | null {
  if (given === null) return null
  const symbol = text(truthy(given.symbol) ? given.symbol : given.series)
  const { series = null, year = null, number = null } = given
  return { series, symbol, year, number, text: numberText(Number(number), symbol) }
}

function abstractOf(form: Form, campaign: Doc, amends: Doc | null, rows: Traced[]): string {
  const title = upperFirst(text(campaign.title))
  const act = word(ACTS, text(campaign.kind), 'kiểm tra')
  const first = text(amends?.text)
  const said = first || !form.abstract.includes('{amends}') ? form.abstract : '{title}'
  const parts: Record<string, string> = { act, title, amends: first, thing: thing(rows) }
  const whole = said.replace(/\{(\w+)\}/g, (_, name: string) => parts[name] ?? '')
  return whole.replace(/[: ]+$/, '') || upperFirst(act)
}

/** Write each standard with the certificate that it stood under on the day, as the verdicts read it. */
function standardsOf(inspection: Doc, used: Doc[], on: string): State[] {
  const byId = new Map(used.map((doc) => [get(doc, 'id'), doc]))
  const measured = measuredDays(inspection)
  const days = measured.length ? measured : [on]
  return list(inspection.standards).flatMap((id) => {
    const doc = byId.get(id)
    return doc ? [standardOf(doc, days, bare(text(reasons(inspection)[text(id)])))] : []
  })
}

function standardOf(doc: Doc, days: string[], reason: string): State {
  const bad = [...days].sort().find((on) => !isValidOn(doc, on))
  const certificate = certificateOn(doc, bad ?? days.at(-1) ?? '')
  return {
    name: text(doc.name),
    serial: text(doc.serial),
    certificate: text(certificate?.number),
    calibrated_until: shortDay(certificate?.valid_until),
    expired: bad !== undefined,
    reason,
  }
}

function requirementOf(requirement: Doc, findings: Doc[]): State {
  const items = new Map(findings.map((f) => [get(f, 'id'), text(f.item)]))
  return {
    text: bare(text(requirement.text)),
    article: text(requirement.article),
    due: longDay(requirement.due_on),
    items: unique(list(requirement.finding_ids).flatMap((id) => items.get(id) ?? [])),
  }
}

/** Write one measure; its id is how later papers (a notice, minutes of unsealing) find the one that they rest on. */
function measureOf(measure: Doc, context: Context): State {
  return {
    ...(truthy(measure.id) ? { id: get(measure, 'id') } : {}),
    name: word(MEASURES, text(measure.type)),
    subject: subjectOf(measure, context),
    serials: commas(text(measure.serials)),
    reason: bare(text(measure.reason)),
    at: moment(measure.at),
  }
}
