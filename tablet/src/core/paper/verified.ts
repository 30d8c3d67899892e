// What a verification found of one instrument: method, conditions, conclusion, marks: twin of sync/paper_verified.py.
import { inSession } from '../judging/inspection'
import { isMap } from '../reading'
import type { Json, State } from '../types'
import type { Context } from './context.ts'
import { isoLocal, local } from './days.ts'
import { member } from './people.ts'
import { itemBlock } from './results.ts'
import { bare, get, list, mapping, mappings, sortedBy, truthy, unique, type Doc } from './shape.ts'
import { cell, titleOf } from './tables.ts'
import { INSTRUMENTS, joined, longDay, moment, shortDay, text, word } from './words.ts'

export const CODE = 'mobile-verification'
export const [EXTERNAL, TECHNICAL, ADJUSTED, CONCLUSION, CANCELLED] = ['KD07', 'KD08', 'KD10', 'KD11', 'KD18'] as const
const [MODE, METHOD, AMBIENT, STICKER, SEALS, VALID] = ['KD03', 'KD04', 'KD06', 'KD12', 'KD13', 'KD15'] as const
/** Items that the papers print in sentences of their own; everything else is printed as minutes print results. */
export const IN_WORDS: ReadonlySet<Json> = new Set([
  'KD01', 'KD02', 'KD03', 'KD04', 'KD05', 'KD06', 'KD07', 'KD08', 'KD10', 'KD11', 'KD12', 'KD13', 'KD14', 'KD15', 'KD16', 'KD17', 'KD18',
])
/** Items about what comes after the record (certificate, price, handing back): it neither prints nor freezes them. */
export const AFTERWARDS: ReadonlySet<Json> = new Set(['KD14', 'KD16', 'KD17'])
export const CONCLUSIONS = {
  pass: 'Đạt yêu cầu kỹ thuật đo lường',
  fail: 'Không đạt yêu cầu kỹ thuật đo lường',
  inconclusive: 'Chưa kết luận',
}
const GRAVER: readonly string[] = ['pass', 'inconclusive', 'fail']
const WITH_UNIT = [['max', 'Max'], ['min', 'Min'], ['e', 'e'], ['d', 'd']] as const
const FEATURES = [
  ['accuracy_class', 'cấp chính xác'], ['q_max', 'Qmax'], ['q_min', 'Qmin'], ['constant', 'hằng số'],
  ['voltage', 'điện áp'], ['current', 'dòng điện'], ['range', 'phạm vi đo'],
] as const
const KINDS = {
  electronic: 'điện tử', mechanical: 'cơ', glass: 'thủy tinh – thủy ngân', single_phase: '1 pha', three_phase: '3 pha',
}
const NO_CYCLE = 'do kiểm định viên ấn định; chưa có chu kỳ kiểm định đã xác nhận cho loại phương tiện đo này'

/** What the papers of an instrument are made of, beside what all minutes are made of. */
export interface Given {
  instrumentId: string
  session: Doc
  marks: readonly Doc[]
  /** Rows of the served rule set. */
  cycles: readonly Doc[]
  campaign: Doc
  issuedAt: string
  /** The day of the verification (ISO). */
  on: string
  /** The account of whoever issues. */
  by: string
}

/** The answers about one instrument by item, with the items that ask for them. */
export interface Verified {
  given: Given
  answers: ReadonlyMap<string, Doc>
  items: ReadonlyMap<string, Doc>
  context: Context
}

/** Leave the findings about one instrument, and those of the visit. */
export function ownOf(findings: readonly Doc[], instrumentId: string): Doc[] {
  return findings.filter((f) => get(f, 'subject_id') === null || f.subject_id === instrumentId)
}

/** Give a slip the standards of its session, each once, and the reasons for those past their calibration. */
export function withSession(inspection: Doc, session: Doc): Doc {
  const found = inSession(inspection, session)
  return { ...found, standards: unique(list(found.standards)) }
}

/** Read the answers about an instrument from findings that stand; the first of an item counts. */
export function verified(given: Given, findings: readonly Doc[], checklists: readonly Doc[], context: Context): Verified {
  const definitions = checklists.filter((each) => each.code === CODE)
  const sections = definitions.flatMap((each) => mappings(each.sections))
  const items = new Map(sections.flatMap((section) => mappings(section.items)).map((item) => [text(item.key), item]))
  const answers = new Map<string, Doc>()
  for (const place of [given.instrumentId, null]) {
    for (const finding of findings) {
      const item = text(finding.item)
      if (finding.checklist === CODE && get(finding, 'subject_id') === place && !answers.has(item)) answers.set(item, finding)
    }
  }
  return { given, answers, items, context }
}

/** Return `pass`, `fail`, `inconclusive`, '' where nobody concluded: of what was said and computed the graver. */
export function conclusionOf(answers: ReadonlyMap<string, Doc>): string {
  const finding = answers.get(CONCLUSION)
  const said = text(mapping(finding?.values).conclusion)
  if (!GRAVER.includes(said)) return ''
  return GRAVER[Math.max(GRAVER.indexOf(said), GRAVER.indexOf(text(mapping(finding?.computed).verdict)))] ?? said
}

/** Compose what record and certificate both say. */
export function common(about: Verified, establishment: Doc): State {
  const conclusion = conclusionOf(about.answers)
  const { session, on } = about.given
  return {
    instrument: instrument(about),
    owner: { name: get(establishment, 'name'), address: get(establishment, 'address') },
    used_at: usedAt(about),
    mode: value(about, MODE, 'mode'),
    method: method(about),
    on: longDay(truthy(session.on) ? session.on : on),
    conclusion,
    conclusion_word: word(CONCLUSIONS, conclusion, 'Chưa ghi kết luận'),
    stickers: marks(about, 'sticker'),
    valid_until: validUntil(about),
    verifier: member(verifier(about)),
  }
}

/** Compose what only the record says: place, conditions, checks, seals, old marks, why it was concluded so. */
export function found(about: Verified, establishment: Doc): State {
  return {
    place: text(about.given.session.place) || text(establishment.address),
    nameplate: value(about, 'KD02', 'nameplate'),
    environment: environment(about),
    checks: [EXTERNAL, TECHNICAL].map((key) => check(about, key)),
    adjustment: check(about, ADJUSTED),
    reasons: reasons(about),
    seals: marks(about, 'seal'),
    old_marks: oldMarks(about),
    reviewer: member(reviewer(about)),
  }
}

/** Return who verified: who concluded, else who issues, else the session's first; {} where nobody is known. */
export function verifier({ given, answers }: Verified): Doc {
  const team = mappings(given.campaign.team)
  for (const id of [get(answers.get(CONCLUSION), 'created_by'), given.by, ...list(given.session.verifiers)]) {
    const named = truthy(id) ? team.find((each) => each.user_id === id) : undefined
    if (named) return named
  }
  return team.find((each) => each.role === 'verifier') ?? {}
}

/** Return who looks through what another verified: the head of the team, else one who may; {} leaves room for a pen. */
function reviewer(about: Verified): Doc {
  const who = verifier(about)
  const isOther = (each: Doc) => ['user_id', 'name'].some((field) => get(each, field) !== get(who, field))
  const others = mappings(about.given.campaign.team).filter(isOther)
  const ranked = ['leader', 'deputy', 'verifier'].map((role) => others.find((each) => each.role === role))
  return ranked.find((each) => each !== undefined) ?? {}
}

/** Return what was entered in a field: choices by their title, days as they are printed. */
function value(about: Verified, item: string, field: string): string {
  const spec = mappings(about.items.get(item)?.fields).find((each) => each.key === field) ?? {}
  return cell(spec, entered(about, item, field))
}

/** Return what was entered in a field as it is kept. */
function raw(about: Verified, item: string, field: string): string {
  return text(entered(about, item, field))
}

function entered(about: Verified, item: string, field: string): Json | undefined {
  return get(mapping(about.answers.get(item)?.values), field)
}

/** Name an instrument as a certificate does: its own name, else its type and kind: "Huyết áp kế điện tử". */
export function nameOf(instrument: Doc): string {
  const attributes = mapping(instrument.attributes)
  const plain = joined(' ', [word(INSTRUMENTS, text(instrument.type)), word(KINDS, text(attributes.kind), '')])
  return text(attributes.name) || plain || 'Phương tiện đo'
}

function subject(about: Verified): Doc {
  return about.context.instrument(about.given.instrumentId) ?? {}
}

function instrument(about: Verified): State {
  const doc = subject(about)
  return {
    id: about.given.instrumentId,
    name: nameOf(doc),
    label: text(mapping(doc.attributes).label),
    model: text(doc.model), serial: text(doc.serial), maker: text(doc.maker), year: text(doc.year),
    features: features(mapping(doc.attributes)),
  }
}

function features(attributes: Doc): State[] {
  const unit = text(attributes.unit)
  const rows = [
    ...WITH_UNIT.map(([key, title]) => ({ title, text: text(attributes[key]), unit })),
    ...FEATURES.map(([key, title]) => ({ title, text: text(attributes[key]), unit: '' })),
  ]
  return rows.filter((row) => row.text).map((row) => ({ ...row, unit: /[0-9]$/.test(row.text) ? row.unit : '' }))
}

/** Return where it is used: what the slip says, else what the register does; '' leaves the owner's address. */
function usedAt(about: Verified): string {
  return joined(', ', [value(about, 'KD01', 'market'), value(about, 'KD01', 'commune')]) || text(mapping(subject(about).attributes).place)
}

/** Name the procedure by number and year; what was chosen as "other" by what was written beside it. */
function method(about: Verified): string {
  const edition = raw(about, METHOD, 'edition')
  const chosen = value(about, METHOD, 'procedure').split(' (', 1)[0] ?? ''
  if (edition && (['', 'other'].includes(raw(about, METHOD, 'procedure')) || edition.startsWith(chosen))) return edition
  return joined(', ', [chosen, edition && (edition.includes('ấn bản') ? edition : `ấn bản ${edition}`)])
}

/** Return the reading of the session nearest before the paper, else what the slip says; null where nobody read. */
function environment(about: Verified): State | null {
  const when = (at: Json | undefined) => {
    const read = local(at)
    return read ? isoLocal(read) : null
  }
  const issued = when(about.given.issuedAt) ?? ''
  const read = mappings(about.given.session.environment).flatMap((row) => {
    const at = when(row.at)
    return at !== null && at <= issued ? [{ at, row }] : []
  })
  const nearest = read.length ? read.reduce((last, each) => (each.at >= last.at ? each : last)).row : null
  const [temperature, humidity] = ['temperature', 'humidity'].map((name) => (nearest ? text(nearest[name]) : raw(about, AMBIENT, name)))
  if (!nearest && !temperature && !humidity) return null
  return { at: nearest ? moment(nearest.at) : '', temperature: temperature ?? '', humidity: humidity ?? '' }
}

/** Write one check with its outcome; one that was not made after another failed says so by its empty word. */
function check(about: Verified, key: string): State {
  const [finding, item] = [about.answers.get(key), about.items.get(key)]
  const title = item ? titleOf(item, 'text') : ''
  if (!finding || !item) return { key, title, answer: null, word: '', note: '', photos: [], values: [], table: null }
  const { answer = null, word: said = null, note = null, photos = null, values = null, table = null } = itemBlock(item, finding, about.context)
  return { key, title, answer, word: said, note, photos, values, table }
}

/** Say why it was not passed: what the conclusion says, else every check and measurement that failed. */
function reasons(about: Verified): string[] {
  const conclusion = conclusionOf(about.answers)
  if (conclusion === 'pass') return []
  const finding = about.answers.get(CONCLUSION)
  const told = [mapping(finding?.values).reasons, mapping(finding?.computed).explanation, finding?.note].map(text).filter(Boolean).map(bare)
  if (conclusion === '' || told.length) return told
  return [...about.answers].filter(([key, each]) => isBad(key, each)).map(([key, each]) => bad(about, key, each))
}

function isBad(key: string, finding: Doc): boolean {
  if ([ADJUSTED, CONCLUSION, CANCELLED].some((each) => each === key) || get(finding, 'subject_id') === null) return false
  return finding.answer === 'nonconforming' || mapping(finding.computed).verdict === 'fail'
}

function bad(about: Verified, key: string, finding: Doc): string {
  const item = about.items.get(key)
  const why = text(finding.note) || text(mapping(finding.computed).explanation)
  return joined(': ', [(item && titleOf(item, 'text')) || key, bare(why)])
}

/** List stickers or seals on the instrument: those of the ledger, else those that the slip names. */
function marks(about: Verified, kind: 'sticker' | 'seal'): State[] {
  const { instrumentId } = about.given
  const mine = about.given.marks.filter(
    (each) => each.kind === kind && each.fate === 'used' && each.instrument_id === instrumentId && !truthy(each.voided),
  )
  let rows = mine.map((each) => ({ serial: text(each.serial), place: text(each.place) }))
  if (!rows.length && kind === 'sticker') rows = [{ serial: raw(about, STICKER, 'number'), place: raw(about, STICKER, 'place') }]
  else if (!rows.length) rows = mappings(about.answers.get(SEALS)?.rows).map((each) => ({ serial: text(each.number), place: text(each.place) }))
  return sortedBy(rows, (row) => [row.serial, row.place]).filter((row) => row.serial)
}

/** Say what became of the marks from before, where the item was answered, and which they were. */
function oldMarks(about: Verified): State {
  const finding = about.answers.get(CANCELLED)
  const doc = subject(about)
  return { answer: text(finding?.answer), note: bare(text(finding?.note)), mark: text(doc.mark_serial), certificate: text(doc.certificate_number) }
}

/** Return the day that was entered and on what it rests: what the verifier says, else a confirmed cycle of that day. */
function validUntil(about: Verified): State {
  const day = raw(about, VALID, 'value')
  if (!day || conclusionOf(about.answers) !== 'pass') return { day: '', text: '', basis: '' }
  return { day, text: shortDay(day), basis: value(about, VALID, 'basis') || cycle(about) }
}

function cycle(about: Verified): string {
  const doc = subject(about)
  const kind = text(mapping(doc.attributes).kind)
  const { on } = about.given
  const rows = about.given.cycles.filter(
    (row) =>
      get(row, 'instrument_type') === get(doc, 'type') && get(row, 'months') !== null &&
      text(row.valid_from) <= on && on <= (text(row.valid_to) || '9999') &&
      (!kind || get(row, 'kind') === null || row.kind === kind),
  )
  const sure = rows.find((row) => row.status === 'confirmed')
  if (new Set(rows.map((row) => row.months)).size !== 1 || !sure) return NO_CYCLE
  return `theo chu kỳ ${text(sure.months)} tháng, ${text(sure.source)}`
}

/** Tell a mapping of answers from findings that stand: for what asks before a paper is composed. */
export function answersOf(findings: readonly Doc[], instrumentId: string): ReadonlyMap<string, Doc> {
  const own = findings.filter((each) => each.checklist === CODE && each.subject_id === instrumentId && !isVoid(each))
  return new Map(own.map((each) => [text(each.item), each]))
}

function isVoid(finding: Doc): boolean {
  return isMap(finding.voided) && truthy(finding.voided)
}
