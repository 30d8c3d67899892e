// A canonical document laid out for the eyes: the same words as the printed template, one under the other, for reading aloud
// from a screen on which Android shows no PDF. The PDF stays the paper; nothing is signed from here.
import { filled, list, map, maps, text, texts } from '../../core/reading.ts'
import type { Json, State } from '../../core/types.ts'
import { shown } from '../parts/comma.ts'
import { besides } from './sheetBesides.ts'
import { verified } from './sheetVerified.ts'

export type Block =
  | { kind: 'head'; agency: string[]; number: string; date: string }
  | { kind: 'title'; title: string; about: string }
  | { kind: 'part'; text: string }
  | { kind: 'sub'; text: string }
  | { kind: 'line'; text: string; tone?: 'bad' | 'quiet' | 'strong' }
  | { kind: 'result'; key: string; text: string; word: string; bad: boolean; details: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] }
  | { kind: 'signers'; signers: { heading: string; name: string; said: string }[] }

const ROMAN = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X']
const ACTS: { [form: string]: string } = {
  sampling: 'lấy mẫu, niêm phong mẫu', sealing: 'tiến hành niêm phong', unsealing: 'tiến hành mở niêm phong', not_carried_out: 'đã đến',
  announcement: 'công bố quyết định', amendment: 'lập biên bản bổ sung',
}

/** Collects blocks; parts get their Roman numerals in order. */
export class Sheet {
  readonly blocks: Block[] = []
  private parts = 0

  part(title: string): void {
    this.blocks.push({ kind: 'part', text: `${ROMAN[this.parts++] ?? this.parts}. ${title.toUpperCase()}` })
  }

  sub(text: string): void {
    this.blocks.push({ kind: 'sub', text })
  }

  line(text: string, tone?: 'bad' | 'quiet' | 'strong'): void {
    if (text.trim() !== '') this.blocks.push({ kind: 'line', text, tone })
  }

  field(name: string, value: string): void {
    if (value !== '') this.line(`${name}: ${value}`)
  }

  table(head: string[], rows: string[][]): void {
    if (rows.length > 0) this.blocks.push({ kind: 'table', head, rows })
  }
}

/** Lay out a canonical document. */
export function sheetOf(doc: State, isDraft: boolean): Block[] {
  const sheet = new Sheet()
  const number = isDraft ? '' : text(map(doc.number).text)
  sheet.blocks.push({ kind: 'head', agency: texts(doc.agency), number: `Số: ${number || '……/……'}`, date: text(doc.place_date) })
  sheet.blocks.push({ kind: 'title', title: text(doc.title), about: text(doc.abstract) })
  const basis = texts(doc.basis)
  basis.forEach((line, at) => sheet.line(line + (at === basis.length - 1 ? '.' : ';'), 'quiet'))
  if (verified(sheet, doc)) return sheet.blocks
  opening(sheet, doc)
  people(sheet, doc)
  content(sheet, doc)
  conclusion(sheet, doc)
  requirements(sheet, doc)
  if (!hasAttempt(doc)) {
    sheet.part('Ý kiến của cơ sở')
    sheet.line(text(doc.statement) || '……………………………………')
  }
  photos(sheet, doc)
  closing(sheet, doc)
  return sheet.blocks
}

export const joined = (...parts: string[]): string => parts.filter((each) => each !== '').join(', ')
export const clause = (said: string): string => said.replace(/[ .;]+$/, '')
export const upperFirst = (said: string): string => said.slice(0, 1).toUpperCase() + said.slice(1)
export const hasAttempt = (doc: State): boolean => Object.keys(map(doc.attempt)).length > 0
/** Numbers with a comma and a real minus sign; what is no number stays as it was written. */
export const figure = (said: string): string =>
  said.split('; ').map((part) => (/^[+-]?\d+(\.\d+)?$/.test(part) ? shown(part).replace('-', '−') : part)).join('; ')

function opening(sheet: Sheet, doc: State): void {
  const act = text(doc.act), site = text(map(doc.establishment).name)
  const does = ACTS[text(doc.form)]
  const what = does === undefined ? `tiến hành ${act}` : text(doc.form) === 'announcement' ? `${does} ${act}` : does
  const towards = hasAttempt(doc) ? `để ${act}` : 'đối với'
  sheet.line(`Hôm nay, hồi ${text(doc.started)}, tại ${text(doc.place)}, ${text(doc.team_name)} ${what} ${towards} ${site}.`)
  maps(doc.visits).forEach((visit, at) => sheet.line(`Buổi ${at + 1}: từ ${text(visit.from)} đến ${text(visit.to) || '…'}.`))
}

function people(sheet: Sheet, doc: State): void {
  sheet.part(text(doc.team_name))
  maps(doc.team).forEach((member, at) => {
    const until = filled(member.certificate_until) ? `, có giá trị đến ${text(member.certificate_until)}` : ''
    const certificate = filled(member.certificate) ? `; chứng chỉ số ${text(member.certificate)}${until}` : ''
    sheet.line(`${at + 1}. Ông (bà): ${joined(text(member.name), text(member.title), text(member.agency))} – ${text(member.role)}${certificate}.`)
  })
  const site = map(doc.establishment), representative = map(site.representative)
  sheet.part(`Cơ sở được ${text(doc.act)}`)
  sheet.field('Tên cơ sở', text(site.name))
  sheet.field('Địa chỉ', text(site.address) + (filled(site.area_code) ? ` (mã đơn vị hành chính ${text(site.area_code)})` : ''))
  sheet.field('Mã số thuế (mã số doanh nghiệp)', text(site.tax_code))
  sheet.field('Ngành, nghề kinh doanh', text(site.business_lines))
  sheet.field('Người đại diện: Ông (bà)', joined(text(representative.name), text(representative.title)))
  sheet.field('Điện thoại', text(site.phone))
  const witnesses = maps(doc.witnesses)
  if (witnesses.length > 0) sheet.part('Người chứng kiến')
  witnesses.forEach((each, at) => sheet.line(`${at + 1}. Ông (bà): ${joined(text(each.name), text(each.title))}.`))
}

function content(sheet: Sheet, doc: State): void {
  const announced = filled(doc.announced) ? `Quyết định ${text(doc.act)} đã được công bố với cơ sở hồi ${text(doc.announced)}.` : ''
  if (besides(sheet, doc)) return
  const checklists = maps(doc.checklists)
  sheet.part(checklists.length === 0 ? 'Nội dung' : 'Nội dung và kết quả')
  sheet.line(announced)
  if (checklists.length === 0) {
    if (doc.form === 'announcement') {
      sheet.line('Trưởng đoàn đã công bố quyết định, giới thiệu thành phần đoàn, nội dung, thời hạn và phạm vi làm việc; thông báo quyền và nghĩa vụ của cơ sở.')
    }
    if (filled(doc.scope)) sheet.line(`Phạm vi: ${text(doc.scope)}.`)
    return
  }
  measured(sheet, doc)
  checklists.forEach((each, at) => checklist(sheet, each, at + 1))
}

function measured(sheet: Sheet, doc: State): void {
  const instruments = maps(doc.instruments), standards = maps(doc.standards)
  if (instruments.length > 0) sheet.sub(`Phương tiện đo được ${text(doc.act)}`)
  sheet.table(
    ['TT', 'Phương tiện đo', 'Hãng, kiểu', 'Số', 'Năm', 'Tem, giấy kiểm định', 'Hạn'],
    instruments.map((row) => [
      String(row.number), text(row.name), text(row.make), text(row.serial), text(row.year),
      joined(text(row.mark), text(row.certificate)) || '–', text(row.verified_until),
    ]),
  )
  standardsTable(sheet, standards, 'Chuẩn đo lường, thiết bị của đoàn')
}

/** The standards with the certificate that each stood under; one past its date says why it was used all the same. */
export function standardsTable(sheet: Sheet, standards: State[], title: string): void {
  if (standards.length > 0) sheet.sub(title)
  sheet.table(
    ['TT', 'Chuẩn, thiết bị đo', 'Số', 'Giấy chứng nhận', 'Hạn hiệu chuẩn'],
    standards.map((row, at) => [
      String(at + 1), text(row.name), text(row.serial), text(row.certificate),
      row.expired !== true ? text(row.calibrated_until) : filled(row.calibrated_until) ? `${text(row.calibrated_until)} (quá hạn)` : 'chưa có giấy còn hạn',
    ]),
  )
  for (const row of standards.filter((each) => each.expired === true)) {
    const why = filled(row.calibrated_until) ? 'đã quá hạn hiệu chuẩn;' : 'chưa có giấy chứng nhận còn hạn vào ngày kiểm tra;'
    const said = filled(row.reason) ? `lý do vẫn sử dụng: ${text(row.reason)}` : 'không ghi lý do vẫn sử dụng'
    sheet.line(`${text(row.name)}, số ${text(row.serial)}, ${why} ${said}.`, 'bad')
  }
}

function checklist(sheet: Sheet, each: State, index: number): void {
  sheet.sub(`${index}. ${text(each.title)}`)
  const sections = maps(each.sections)
  if (sections.length === 0) sheet.line('Chưa có nội dung nào được ghi kết quả.')
  for (const section of sections) {
    sheet.sub(text(section.title))
    for (const subject of maps(section.subjects)) {
      if (filled(subject.name)) sheet.line(`${subject.number === null ? '' : `(${subject.number}) `}${text(subject.name)}`, 'strong')
      for (const item of maps(subject.items)) result(sheet, item)
    }
  }
  const missing = maps(each.missing).map((item) => `${text(item.key)} (${text(item.text)})`)
  if (missing.length > 0) sheet.line(`Nội dung bắt buộc chưa có kết quả: ${missing.join('; ')}.`, 'bad')
}

export function result(sheet: Sheet, item: State): void {
  const word = text(item.word) || text(item.verdict_word) || '–'
  const judged = filled(item.verdict_word) && item.verdict_word !== item.word && filled(item.word) ? ` (phép đo: ${text(item.verdict_word)})` : ''
  const details = maps(item.values).map((each) => {
    const said = each.type === 'number' ? figure(text(each.text)) : text(each.text)
    return `${filled(each.title) ? `${text(each.title)}: ` : ''}${said}${filled(each.unit) ? ` ${text(each.unit)}` : ''}`
  })
  if (filled(item.note)) details.push(`Ghi chú: ${clause(text(item.note))}`)
  if (list(item.photos).length > 0) details.push(`Ảnh ${list(item.photos).join(', ')}`)
  if (filled(item.explanation)) details.push(clause(text(item.explanation)))
  const bad = item.answer === 'nonconforming' || item.verdict === 'fail'
  sheet.blocks.push({ kind: 'result', key: text(item.key), text: text(item.text), word: upperFirst(word) + judged, bad, details })
  const table = map(item.table)
  const columns = maps(table.columns)
  sheet.table(
    ['Lần', ...columns.map((column) => text(column.title) + (filled(column.unit) ? ` (${text(column.unit)})` : ''))],
    list(table.rows).map((row, at) => [String(at + 1), ...list(row).map((cell, place) => cellOf(cell, columns[place]))]),
  )
}

const cellOf = (cell: Json, column: State | undefined): string => (column?.type === 'number' ? figure(text(cell)) : text(cell))

function conclusion(sheet: Sheet, doc: State): void {
  const counted = maps(doc.checklists).length > 0
  if (!counted && !filled(doc.conclusion)) return
  sheet.part('Nhận xét, kết luận')
  if (counted) {
    const n = map(doc.counts)
    const open = typeof n.inconclusive === 'number' && n.inconclusive > 0 ? `; ${n.inconclusive} phép đo chưa kết luận` : ''
    sheet.line(`Kết quả ghi nhận: ${n.conforming} nội dung đạt, ${n.nonconforming} không đạt, ${n.not_checked} không kiểm tra, ${n.not_applicable} không áp dụng${open}.`)
  }
  for (const bad of maps(doc.nonconformities)) {
    const at = texts(bad.subjects).length > 0 ? `, tại: ${texts(bad.subjects).join('; ')}` : ''
    const law = texts(bad.legal_basis).length > 0 ? `; căn cứ: ${texts(bad.legal_basis).join('; ')}` : ''
    const fine = texts(bad.penalties).length > 0 ? `; xem xét, xử lý theo ${texts(bad.penalties).join('; ')}` : ''
    sheet.line(`– Không đạt: ${text(bad.text)} (${text(bad.key)})${at}${law}${fine}.`, 'bad')
  }
  sheet.line(text(doc.conclusion))
}

function requirements(sheet: Sheet, doc: State): void {
  const asked = maps(doc.requirements), measures = maps(doc.measures)
  if (maps(doc.checklists).length === 0 && asked.length + measures.length === 0) return
  sheet.part('Yêu cầu, kiến nghị, biện pháp xử lý')
  if (asked.length + measures.length === 0) sheet.line('Không có.')
  asked.forEach((each, at) => {
    const items = texts(each.items).length > 0 ? ` (${texts(each.items).join(', ')})` : ''
    const law = filled(each.article) ? `, theo ${text(each.article)}` : ''
    const due = filled(each.due) ? `; thời hạn thực hiện: ${text(each.due)}` : ''
    sheet.line(`${at + 1}. ${text(each.text)}${items}${law}${due}.`)
  })
  for (const each of measures) {
    const said = [
      filled(each.subject) ? `: ${text(each.subject)}` : '', filled(each.serials) ? `, số niêm phong, tem: ${text(each.serials)}` : '',
      filled(each.at) ? `, hồi ${text(each.at)}` : '', filled(each.reason) ? `; lý do: ${clause(text(each.reason))}` : '',
    ]
    sheet.line(`– ${text(each.name)}${said.join('')}.`)
  }
}

function photos(sheet: Sheet, doc: State): void {
  const found = maps(doc.photos)
  if (found.length === 0) return
  sheet.part('Phụ lục: danh mục ảnh')
  photoLines(sheet, found)
}

export function photoLines(sheet: Sheet, found: State[]): void {
  for (const photo of found) {
    sheet.line(`${photo.number}. ${joined(text(photo.about), text(photo.taken_at))} – SHA-256 ${text(photo.sha256).slice(0, 12)}`, 'quiet')
  }
}

function closing(sheet: Sheet, doc: State): void {
  const copies = typeof doc.copies === 'number' ? String(doc.copies).padStart(2, '0') : '02'
  const kept = hasAttempt(doc)
    ? 'lưu hồ sơ đoàn và gửi cơ sở; đã đọc lại cho những người có mặt cùng nghe'
    : 'mỗi bên giữ 01 bản; đã đọc lại cho những người có tên nêu trên cùng nghe'
  sheet.line(`Biên bản kết thúc vào hồi ${text(doc.ended)}, được lập thành ${copies} bản có giá trị như nhau, ${kept}, công nhận đúng và ký tên dưới đây./.`)
  sheet.line(`Dữ liệu cá nhân trong biên bản chỉ được xử lý cho việc ${text(doc.act)} và giải quyết các việc liên quan, theo quy định của pháp luật về bảo vệ dữ liệu cá nhân.`, 'quiet')
  signers(sheet, maps(doc.signatures))
  const recipients = texts(doc.recipients)
  if (recipients.length > 0) sheet.line(`Nơi nhận: ${recipients.join('; ')}.`, 'quiet')
}

export function signers(sheet: Sheet, rows: State[]): void {
  sheet.blocks.push({ kind: 'signers', signers: rows.map((each) => ({ heading: text(each.heading), name: text(each.name), said: signing(each) })) })
}

function signing(each: State): string {
  const reason = filled(each.reason) ? `: ${text(each.reason)}` : ''
  const seen = filled(map(each.witness).name) ? `; xác nhận: ${joined(text(map(each.witness).name), text(map(each.witness).title))}` : ''
  return filled(each.outcome_word) ? `${text(each.outcome_word)}${reason}${seen}${each.unwitnessed === true ? '; không có người chứng kiến' : ''}` : ''
}
