// Notices (thông báo): a letter of the agency to the site, signed by its head: twin of sync/paper_notice.py.
import type { State } from '../types'
import type { Context } from './context.ts'
import type { Form } from './forms.ts'
import { commas, paperName, subjectOf, type Traced } from './measures.ts'
import { bare, get, list, mapping, truthy, unique, type Doc } from './shape.ts'
import { joined, longDay, moment, text, upperFirst } from './words.ts'

/** What a notice has in common with minutes; the rest of it is its `letter`. */
const KEPT = ['version', 'form', 'agency', 'number', 'place_date', 'issued_at', 'title', 'abstract', 'basis', 'findings']
/** Where the law lets a suspension count from the signing of the minutes (TT 28/2013 Điều 21 k.1 c). */
const COUNTS_FROM_SIGNING = { number: '28/2013/TT-BKHCN', article: 'điểm c khoản 1 Điều 21' }

/** Whose letter it is, of which decision, and who signs for the head. */
export interface Sender {
  organisation: Doc
  campaign: Doc
  signer: Doc | null
}

/** What the sentences of a letter speak of. */
interface Case {
  rows: Traced[]
  agency: string
  site: string
  basis: string[]
  requirements: Doc[]
}

/** Make a letter of what was composed for minutes. The signer is {name, title, authority}, else the agency's first. */
export function notice(form: Form, doc: State, rows: Traced[], requirements: Doc[], context: Context, sender: Sender): State {
  const agency = agencyName(sender)
  const site = siteName(doc)
  const about: Case = { rows, agency, site, basis: list(doc.basis).map(text), requirements }
  return asLetter(doc, sender, {
    opening: `${agency} thông báo:`,
    objects: rows.map((row) => objectOf(row, context)),
    ...(form.measure === 'suspend' ? suspension(about) : resumption(about)),
    closing: `${agency} thông báo để ${site} biết, thực hiện`,
  })
}

export function agencyName({ organisation }: Sender): string {
  return text(organisation.name) || 'Cơ quan'
}

export function siteName(doc: State): string {
  return text(mapping(doc.establishment).name) || 'cơ sở'
}

/** Put what a letter says between its addressee and its signer, in place of the parts of minutes. */
export function asLetter(doc: State, sender: Sender, said: State): State {
  const decision = text(mapping(sender.campaign.decision).number)
  const team = text(doc.team_name) + (decision ? ` theo Quyết định số ${decision}` : '')
  const letter = {
    addressees: [siteName(doc)],
    heading: '', objects: [], points: [], required: [], after: '', ...said,
    signer: signerOf(truthy(sender.signer) ? mapping(sender.signer) : mapping(list(sender.organisation.signers)[0])),
    recipients: ['Như trên', team, 'Lưu: VT, hồ sơ đoàn'],
  }
  const { id = null, name = null, address = null } = mapping(doc.establishment)
  const kept = Object.fromEntries(KEPT.map((field) => [field, get(doc, field)]))
  return { ...kept, establishment: { id, name, address }, letter }
}

/** Name what is suspended or set free: instruments, or the site's work where a measure names none. */
export function thing(rows: Traced[]): string {
  const isInstruments = rows.length > 0 && rows.every(({ measure }) => truthy(measure.instrument_id))
  return isInstruments ? 'sử dụng phương tiện đo' : 'hoạt động'
}

/** Return the earlier papers, each once. */
function papersOf({ rows }: Case): Doc[] {
  return [...new Map(rows.flatMap(({ paper }) => (paper ? [[text(paper.text), paper] as const] : []))).values()]
}

/** Say when the measures were taken; '' where nobody wrote it. */
function momentsOf({ rows }: Case): string {
  return unique(rows.map(({ measure }) => moment(measure.at)).filter(Boolean)).join(' và ')
}

function suspension(about: Case): State {
  const { rows, site, agency } = about
  const asked = about.requirements
    .filter((each) => (each.state === undefined ? 'open' : each.state) === 'open')
    .map(required)
  const stopped = thing(rows)
  return {
    heading: `Tạm dừng ${stopped} của ${site} như sau:`,
    points: [
      `Thời gian tạm dừng tính từ ${since(about)}, đến khi có thông báo được tiếp tục của ${agency}.`,
      `Trong thời gian tạm dừng, ${site} không được ${stopped} nêu trên và phải thực hiện các yêu cầu đã ghi tại ` +
        `biên bản${asked.length ? ':' : '.'}`,
    ],
    required: asked,
    after: `Sau khi khắc phục, ${site} báo cáo bằng văn bản về ${agency} để được xem xét cho tiếp tục.`,
  }
}

/** Say from when the suspension counts: from the signing of the minutes. */
function since(about: Case): string {
  const papers = papersOf(about)
  if (!papers.length) return momentsOf(about) || 'ngày ban hành thông báo này'
  const { number, article } = COUNTS_FROM_SIGNING
  const rule = about.basis.some((line) => line.includes(number)) ? ` theo ${article} Thông tư số ${number}` : ''
  return papers.map((paper) => `thời điểm ký ${paperName(paper)} (${moment(paper.issued_at)})`).join(' và ') + rule
}

function required(requirement: Doc): string {
  const due = longDay(requirement.due_on)
  return bare(text(requirement.text)) + (due ? `; thời hạn: ${due}` : '')
}

function resumption(about: Case): State {
  const resumed = thing(about.rows)
  const ended = papersOf(about).map(
    (paper) =>
      `Việc tạm dừng ${resumed} nêu trên theo ${paperName(paper)} ${longDay(paper.issued_at)} chấm dứt từ thời điểm đó.`,
  )
  return {
    heading: `${upperFirst(about.site)} được tiếp tục ${resumed} như sau:`,
    points: [`Thời điểm được tiếp tục: ${momentsOf(about) || 'ngày ban hành thông báo này'}.`, ...ended],
    required: [],
    after: '',
  }
}

function objectOf({ measure }: Traced, context: Context): State {
  const instrument = context.instrument(get(measure, 'instrument_id')) ?? {}
  return {
    id: text(measure.id),
    subject: subjectOf(measure, context),
    make: joined(' ', [text(instrument.maker), text(instrument.model)]),
    serials: commas(text(measure.serials)),
    reason: bare(text(measure.reason)),
  }
}

/** Write who signs; `authority` is what stands above the title of one who signs for the head (KT., TL., TUQ.). */
export function signerOf(signer: Doc): State {
  return { authority: text(signer.authority), title: text(signer.title), name: text(signer.name) }
}
