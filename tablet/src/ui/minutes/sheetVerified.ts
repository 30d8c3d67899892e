// Papers of one verified instrument, laid out for the eyes: the record part by part, the certificate as one list of fields.
import { filled, list, map, maps, text, texts } from '../../core/reading.ts'
import type { State } from '../../core/types.ts'
import { clause, figure, joined, photoLines, result, signers, standardsTable, upperFirst, type Sheet } from './sheet.ts'

/** Lay out such a paper; false for any other. */
export function verified(sheet: Sheet, doc: State): boolean {
  const it = map(doc.verification)
  if (Object.keys(it).length === 0) return false
  if (doc.form === 'verification_certificate') certificate(sheet, it)
  else record(sheet, doc, it)
  return true
}

function record(sheet: Sheet, doc: State, it: State): void {
  const owner = map(it.owner)
  sheet.part('Phương tiện đo')
  instrument(sheet, map(it.instrument))
  sheet.field('Nhãn', text(it.nameplate))
  sheet.line(`Cơ sở sử dụng: ${text(owner.name) || 'không ghi'}; địa chỉ: ${text(owner.address) || 'không ghi'}.`)
  sheet.field('Nơi sử dụng', text(it.used_at))
  sheet.line(`Chế độ kiểm định: ${text(it.mode).toLowerCase() || 'chưa ghi'}.`)
  conditions(sheet, doc, it)
  results(sheet, doc, it)
  sheet.part('Kết luận')
  sheet.line(`Phương tiện đo: ${text(it.conclusion_word)}.`, it.conclusion === 'pass' ? 'strong' : 'bad')
  for (const reason of texts(it.reasons)) sheet.line(`Lý do: ${reason}.`, 'bad')
  const marks = (rows: State[]): string => rows.map((each) => text(each.serial) + (filled(each.place) ? ` (${text(each.place)})` : '')).join(', ')
  sheet.field('Tem kiểm định số', marks(maps(it.stickers)))
  sheet.field('Chì, niêm số', marks(maps(it.seals)))
  until(sheet, map(it.valid_until), 'Thời hạn kiểm định đến')
  oldMarks(sheet, it)
  photoLines(sheet, maps(doc.photos))
  sheet.line(`Biên bản lập xong hồi ${text(doc.ended)}.`)
  signers(sheet, maps(doc.signatures))
  // Whoever gets a copy stands on the paper where there is no certificate.
  if (it.conclusion !== 'pass') sheet.line(`Nơi nhận: ${texts(doc.recipients).join('; ')}.`, 'quiet')
}

function instrument(sheet: Sheet, thing: State): void {
  sheet.line(`Tên phương tiện đo: ${text(thing.name)}${filled(thing.label) ? ` (${text(thing.label)})` : ''}.`, 'strong')
  const made = `nơi sản xuất: ${text(thing.maker) || 'không rõ'}; năm sản xuất: ${text(thing.year) || 'không rõ'}`
  sheet.line(`Kiểu: ${text(thing.model) || 'không ghi'}; số: ${text(thing.serial) || 'không có'}; ${made}.`)
  sheet.field('Đặc trưng kỹ thuật đo lường', features(thing))
}

function features(thing: State): string {
  return maps(thing.features)
    .map((each) => `${text(each.title)}${text(each.title).length === 1 ? ' = ' : ' '}${figure(text(each.text))}${filled(each.unit) ? ` ${text(each.unit)}` : ''}`)
    .join('; ')
}

function conditions(sheet: Sheet, doc: State, it: State): void {
  const ambient = map(it.environment)
  sheet.part('Điều kiện, phương pháp, phương tiện kiểm định')
  sheet.field('Địa điểm kiểm định', text(it.place))
  sheet.field('Ngày kiểm định', text(it.on))
  const read = Object.keys(ambient).length > 0
  const degrees = filled(ambient.temperature) ? `${figure(text(ambient.temperature))} °C` : 'chưa ghi'
  const humidity = filled(ambient.humidity) ? `${figure(text(ambient.humidity))} %RH` : 'chưa ghi'
  const when = filled(ambient.at) ? ` (ghi hồi ${text(ambient.at)})` : ''
  sheet.line(`Điều kiện môi trường: ${read ? `nhiệt độ ${degrees}, độ ẩm ${humidity}${when}` : 'chưa ghi'}.`, read ? undefined : 'bad')
  sheet.line(`Phương pháp thực hiện: ${text(it.method) || 'chưa ghi'}.`)
  standardsTable(sheet, maps(doc.standards), 'Chuẩn đo lường, phương tiện kiểm định')
}

function results(sheet: Sheet, doc: State, it: State): void {
  sheet.part('Kết quả kiểm định')
  let stopped = false
  const checks = maps(it.checks)
  checks.forEach((check, at) => {
    const bad = check.answer === 'nonconforming'
    const word = filled(check.word) ? upperFirst(text(check.word)) : stopped ? 'không tiến hành' : 'chưa ghi'
    const note = filled(check.note) ? `; ${clause(text(check.note))}` : ''
    const pictures = list(check.photos).length > 0 ? ` (ảnh ${list(check.photos).join(', ')})` : ''
    sheet.line(`${at + 1}. ${text(check.title)}: ${word}${note}${pictures}.`, bad ? 'bad' : undefined)
    stopped ||= bad
  })
  const checklists = maps(doc.checklists)
  const none = stopped ? ' không tiến hành.' : ' chưa ghi số liệu.'
  sheet.line(`${checks.length + 1}. Kiểm tra đo lường:${checklists.length === 0 ? none : ''}`)
  const subjects = checklists.flatMap((each) => maps(each.sections)).flatMap((section) => maps(section.subjects))
  for (const item of subjects.flatMap((subject) => maps(subject.items))) result(sheet, item)
  const adjusted = map(it.adjustment)
  if (adjusted.answer === 'conforming') {
    result(sheet, { ...adjusted, text: 'Có hiệu chỉnh' })
  } else if (!stopped) sheet.line(`${checks.length + 2}. Hiệu chỉnh: không.`)
}

function oldMarks(sheet: Sheet, it: State): void {
  const old = map(it.old_marks)
  const named = joined(filled(old.mark) ? `tem số ${text(old.mark)}` : '', filled(old.certificate) ? `giấy chứng nhận số ${text(old.certificate)}` : '')
  const what = `Dấu, tem kiểm định cũ${named === '' ? '' : ` (${named})`}`
  const note = filled(old.note) ? `; ${text(old.note)}` : ''
  if (old.answer === 'conforming') sheet.line(`${what}: đã hủy${note}.`)
  else if (old.answer === 'nonconforming') sheet.line(`${what}: chưa hủy được${note}.`, 'bad')
  else if (it.conclusion === 'fail') sheet.line(`${what}: chưa ghi việc hủy.`, 'bad')
}

function until(sheet: Sheet, valid: State, title: string): void {
  if (filled(valid.text)) sheet.line(`${title}: ${text(valid.text)}${filled(valid.basis) ? ` (${clause(text(valid.basis))})` : ''}.`, 'strong')
}

function certificate(sheet: Sheet, it: State): void {
  const thing = map(it.instrument), owner = map(it.owner), head = map(it.signer)
  sheet.field('Tên đối tượng', text(thing.name) + (filled(thing.label) ? ` (${text(thing.label)})` : ''))
  sheet.field('Kiểu', text(thing.model))
  sheet.field('Số', text(thing.serial))
  sheet.field('Nơi sản xuất', text(thing.maker))
  sheet.field('Năm sản xuất', text(thing.year))
  sheet.field('Đặc trưng kỹ thuật đo lường', features(thing))
  sheet.field('Cơ sở sử dụng', text(owner.name))
  sheet.field('Địa chỉ', text(owner.address))
  sheet.field('Nơi sử dụng', text(it.used_at) || text(owner.address))
  sheet.field('Phương pháp thực hiện', text(it.method))
  sheet.field('Chế độ kiểm định', text(it.mode))
  sheet.line(`Kết luận: ${text(it.conclusion_word)}.`, it.conclusion === 'pass' ? 'strong' : 'bad')
  sheet.field('Số tem kiểm định', maps(it.stickers).map((each) => text(each.serial)).join(', '))
  until(sheet, map(it.valid_until), 'Thời hạn đến')
  const title = [text(head.authority), text(head.title) || 'Thủ trưởng'].filter((each) => each !== '').join(' ')
  sheet.blocks.push({ kind: 'signers', signers: [
    { heading: 'KIỂM ĐỊNH VIÊN', name: text(map(it.verifier).name), said: '' }, { heading: title.toUpperCase(), name: text(head.name), said: '' },
  ] })
}
