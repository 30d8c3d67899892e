// Samples on paper: rows of sampling minutes, who took them, what laboratories said: twin of sync/paper_samples.py.
import { strip } from '../judging/plain'
import { isMap } from '../reading'
import type { Json, State } from '../types'
import { hexDigest } from './canonical.ts'
import type { Context } from './context.ts'
import { sortedJson } from './findings.ts'
import type { Form } from './forms.ts'
import { agencyName, asLetter, siteName, type Sender } from './notice.ts'
import { absent, bare, folded, get, list, mapping, mappings, sorted, sortedBy, str, truthy, unique, type Doc } from './shape.ts'
import { joined, longDay, moment, shortDay, text, word } from './words.ts'

export const PURPOSES = {
  test: 'Thử nghiệm',
  retained_agency: 'Lưu tại cơ quan kiểm tra',
  retained_site: 'Lưu tại cơ sở',
  retained_other: 'Lưu tại bên khác',
}
/** What a laboratory concluded, in its own report: never computed here. */
export const CONCLUSIONS = { conforming: 'Phù hợp', nonconforming: 'Không phù hợp', not_stated: 'Không nêu' }
const SAMPLER = 'NGƯỜI LẤY MẪU'
const DETAILS: [name: string, title: string][] = [
  ['grade', 'Loại, cấp hạng'], ['brand', 'Nhãn hiệu'], ['batch', 'Số lô'], ['maker', 'Nơi sản xuất, nhập khẩu'],
  ['made_on', 'NSX'], ['expires_on', 'HSD'], ['stock', 'Lượng hàng tại nơi lấy'],
]
const HOW: [name: string, title: string][] = [
  ['method', 'phương pháp lấy mẫu'], ['containers', 'bao bì, dụng cụ chứa'], ['taken_by', 'người lấy mẫu'],
  ['tests', 'yêu cầu thử nghiệm'], ['note', 'ghi chú'],
]
/** The fields that the team enters on the spot; what sampling minutes promise not to change (sync/samples.py). */
const TAKEN = [
  'batch', 'brand', 'code', 'condition', 'containers', 'expires_on', 'finding_ids', 'grade', 'instrument_id', 'made_on',
  'maker', 'method', 'note', 'photo_ids', 'place', 'portions', 'product', 'quantity', 'stock', 'taken_at', 'taken_by',
  'tests', 'unit',
]
const RESULT = [
  'sample_id', 'portion', 'laboratory', 'designation', 'report_number', 'report_on', 'tests', 'conclusion', 'statement',
]

/** Make sampling minutes of what was composed: they begin with the first sample and end when they are issued. */
export function samplingMinutes(doc: State, found: Doc[], context: Context): State {
  const taken = inOrder(found)
  const first = taken.find((each) => truthy(each.taken_at))?.taken_at
  return {
    ...doc,
    samples: taken.map((each, index) => rowOf(index + 1, each, context)),
    signatures: sampledBy(mappings(doc.signatures), taken),
    started: moment(first) || get(doc, 'started'),
  }
}

/** Return what the photos of samples show, in the shape of findings. */
export function samplesPhotographed(found: Doc[]): Doc[] {
  return inOrder(found).map((each, index) => ({ item: `Mẫu ${index + 1}`, photo_ids: list(each.photo_ids) }))
}

/** Return the sampling minutes that a result notice rests on. */
export function citedBy(form: Form, papers: Doc[]): Doc[] {
  return form.parts.has('laboratory') ? papers.filter((paper) => form.restsOn.includes(text(paper.form))) : []
}

/** Make the letter that tells the site what laboratories said of its samples, as entered; nothing is concluded here. */
export function resultNotice(doc: State, found: Doc[], results: Doc[], sender: Sender): State {
  const byId = new Map(found.map((each) => [str(each.id), each]))
  const sampleOf = (result: Doc) => byId.get(text(result.sample_id)) ?? {}
  const told = sortedBy(currentResults(results), (each) => [
    text(sampleOf(each).taken_at), text(sampleOf(each).code), text(each.report_on), str(each.id),
  ])
  const [agency, site] = [agencyName(sender), siteName(doc)]
  const written = asLetter(doc, sender, {
    opening: `${agency} thông báo kết quả thử nghiệm mẫu đã lấy tại ${site} như sau:`,
    closing: `${agency} thông báo để ${site} biết`,
  })
  return { ...written, results: told.map((each) => resultOf(each, sampleOf(each))) }
}

/** Return the results (each with its `id`) that no later version replaces. */
export function currentResults(results: Doc[]): Doc[] {
  const replaced = new Set(results.map((each) => get(each, 'replaces')))
  return results.filter((each) => !replaced.has(get(each, 'id')))
}

/** Return SHA-256 of the sorted-key JSON of what was taken; empty fields are as if absent. */
export function sampleFingerprint(state: Doc): string {
  const isThere = (value: Json | undefined) => !absent(value) && !(isMap(value) && !Object.keys(value).length)
  const entered = Object.fromEntries(TAKEN.filter((name) => isThere(state[name])).map((name) => [name, get(state, name)]))
  for (const name of ['finding_ids', 'photo_ids']) {
    const ids = entered[name]
    if (Array.isArray(ids)) entered[name] = sorted(ids.map(str))
  }
  return hexDigest(sortedJson(entered))
}

/** Put who took the samples among those who sign: between the site and the head of the team (NĐ 37/2026, Mẫu 15). */
function sampledBy(signatures: State[], found: Doc[]): State[] {
  const names = unique(found.map((doc) => text(doc.taken_by)).filter(Boolean))
  const leaders = new Set(signatures.filter((each) => each.role === 'team_leader').map((each) => text(each.name)))
  const members = signatures.filter((each) => each.role === 'member')
  const own = members.find((each) => names.includes(text(each.name)))
  if (own) return signatures.map((each) => (each === own ? { ...each, heading: SAMPLER } : each))
  const [missing, first] = [names.find((name) => !leaders.has(name)), members[0]]
  if (!missing || !first) return signatures
  const signs = {
    ...first, heading: SAMPLER, name: missing, title: '', outcome: 'ink', outcome_word: '', reason: '', strokes: null,
  }
  const isUnsigned = first.outcome === 'ink' && first.strokes === null
  return signatures.flatMap((each) => (each !== first ? [each] : isUnsigned ? [signs] : [signs, each]))
}

function inOrder(found: Doc[]): Doc[] {
  return sortedBy(found, (sample) => [text(sample.taken_at), text(sample.code), str(sample.id)])
}

function rowOf(number: number, doc: Doc, context: Context): State {
  const instrument = get(doc, 'instrument_id')
  const named = context.instrument(instrument) ? context.name(instrument, 'instrument') : ''
  const said = (fields: typeof DETAILS) => fields.filter(([name]) => text(doc[name])).map(([name, title]) => told(doc, name, title))
  return {
    number,
    id: get(doc, 'id'),
    sha256: sampleFingerprint(doc),
    code: text(doc.code),
    name: text(doc.product),
    details: said(DETAILS),
    place: joined('; ', [text(doc.place), named]),
    taken: moment(doc.taken_at),
    amount: amount(doc, null),
    condition: text(doc.condition),
    how: said(HOW),
    portions: portions(doc).map(([key, each]) => portionOf(key, each, doc)),
    photos: context.photos(doc.photo_ids),
  }
}

function told(doc: Doc, name: string, title: string): State {
  return { title, text: name.endsWith('_on') ? shortDay(doc[name]) : bare(text(doc[name])) }
}

function nameOf(sample: Doc): string {
  const [product, grade] = [text(sample.product), text(sample.grade)]
  return !grade || folded(product).includes(folded(grade)) ? product : `${product} (${grade})`
}

/** Return {text, unit} of an amount; the number stays a decimal string, the template writes its comma. */
function amount(doc: Doc, unit: Json): State {
  const quantity = text(doc.quantity)
  return { text: quantity, unit: quantity ? text(truthy(doc.unit) ? doc.unit : unit) : '' }
}

/** Return the portions by key; what is none (an old tablet may write anything) is left out. */
function portions(state: Doc): [key: string, portion: Doc][] {
  const found = mapping(state.portions)
  return sorted(Object.keys(found)).flatMap((key) => {
    const portion = found[key]
    return isMap(portion) ? [[key, portion] as [string, Doc]] : []
  })
}

function portionOf(key: string, portion: Doc, sample: Doc): State {
  const seals = portion.seals
  return {
    key,
    purpose: word(PURPOSES, text(portion.purpose)),
    amount: amount(portion, get(sample, 'unit')),
    seals: Array.isArray(seals) ? seals.map(text).join(', ') : text(seals),
    holder: text(portion.holder),
    note: bare(text(portion.note)),
  }
}

function resultOf(doc: Doc, sample: Doc): State {
  const conclusion = text(doc.conclusion)
  const stated = Object.fromEntries(RESULT.filter((name) => doc[name] !== undefined).map((name) => [name, get(doc, name)]))
  return {
    id: get(doc, 'id'),
    sha256: hexDigest(sortedJson(stated)),
    sample: nameOf(sample),
    code: text(sample.code),
    batch: text(sample.batch),
    taken: moment(sample.taken_at),
    seals: testedSeals(doc, sample).join(', '),
    laboratory: text(doc.laboratory),
    designation: text(doc.designation),
    report_number: text(doc.report_number),
    report_on: longDay(doc.report_on),
    tests: mappings(doc.tests).map(testOf),
    conclusion,
    conclusion_word: word(CONCLUSIONS, conclusion),
    statement: bare(text(doc.statement)),
  }
}

/** Return the seals of the portion that was tested, where the result names one, else all of the sample. */
function testedSeals(result: Doc, sample: Doc): string[] {
  const all = portions(sample)
  const own = all.filter(([key]) => key === text(result.portion))
  const given = (own.length ? own : all).flatMap(([, portion]) => list(portion.seals).map(str))
  return given.filter((each) => strip(each))
}

function testOf(test: Doc): State {
  const conclusion = text(test.conclusion)
  const said = ['name', 'method', 'value', 'unit', 'requirement'].map((name) => [name, text(test[name])])
  return { ...Object.fromEntries(said), conclusion, conclusion_word: word(CONCLUSIONS, conclusion) }
}
