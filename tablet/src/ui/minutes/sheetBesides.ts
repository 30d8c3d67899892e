// The parts of papers beside the inspection minutes, laid out for the eyes: seals, a visit that came to nothing, samples.
import { filled, list, map, maps, text } from '../../core/reading.ts'
import type { State } from '../../core/types.ts'
import { clause, figure, hasAttempt, joined, type Sheet } from './sheet.ts'

/** Lay out what such a paper is about; false for a paper of the inspection as a whole. */
export function besides(sheet: Sheet, doc: State): boolean {
  if (maps(doc.seals).length > 0) seals(sheet, doc)
  else if (hasAttempt(doc)) attempt(sheet, doc)
  else if (Array.isArray(doc.samples)) samples(sheet, doc)
  else return false
  return true
}

function seals(sheet: Sheet, doc: State): void {
  const opened = doc.form === 'unsealing'
  sheet.part('Nội dung')
  sheet.line(`Đoàn đã ${opened ? 'mở niêm phong' : 'niêm phong'} trước sự chứng kiến của những người có tên trong biên bản, gồm:`)
  sheet.table(
    ['TT', 'Đối tượng, vị trí', 'Số niêm phong', opened ? 'Tình trạng khi mở' : 'Tình trạng khi niêm phong'],
    maps(doc.seals).map((row, at) => {
      const paper = opened && filled(row.paper) ? text(row.paper) + (filled(row.sealed_at) ? `, niêm phong hồi ${text(row.sealed_at)}` : '') : ''
      const told = [
        clause(text(row.state)), filled(row.reason) ? `Lý do: ${clause(text(row.reason))}` : '',
        filled(row.by) ? `Người ${opened ? 'mở' : 'niêm'}: ${text(row.by)}` : '', filled(row.at) ? `Hồi ${text(row.at)}` : '',
        list(row.before).length > 0 ? `Ảnh trước: ${list(row.before).join(', ')}` : '', list(row.after).length > 0 ? `Ảnh sau: ${list(row.after).join(', ')}` : '',
      ]
      const where = [text(row.subject) || 'Cơ sở', filled(row.place) ? `vị trí: ${text(row.place)}` : '', paper]
      return [String(at + 1), where.filter((each) => each !== '').join('; '), text(row.serials), told.filter((each) => each !== '').join('; ') || '–']
    }),
  )
  sheet.line(opened
    ? 'Các niêm phong nêu trên đã được mở và bàn giao lại cho cơ sở.'
    : 'Cơ sở có trách nhiệm giữ nguyên niêm phong; không được tự ý mở, tháo, làm hỏng khi chưa có biên bản mở niêm phong.')
}

function attempt(sheet: Sheet, doc: State): void {
  const it = map(doc.attempt)
  sheet.part('Nội dung')
  sheet.line(`${text(doc.team_name)} đến cơ sở hồi ${text(it.at) || text(doc.started)} nhưng không tiến hành được việc ${text(doc.act)}.`)
  sheet.line(`Lý do: ${[text(it.cause), text(it.reason)].filter((each) => each !== '').join('. ') || 'không ghi'}.`)
  if (maps(doc.witnesses).length === 0) {
    sheet.line(`Không có người chứng kiến${filled(it.no_witness_reason) ? `; lý do: ${text(it.no_witness_reason)}` : ''}.`)
  }
}

function amount(each: State): string {
  return filled(each.text) ? `${figure(text(each.text))}${filled(each.unit) ? ` ${text(each.unit)}` : ''}` : '–'
}

const said = (rows: State[]): string => rows.map((each) => `${text(each.title)}: ${clause(text(each.text))}`).join('; ')

function samples(sheet: Sheet, doc: State): void {
  const found = maps(doc.samples)
  sheet.part('Mẫu đã lấy')
  if (found.length === 0) sheet.line('Không lấy mẫu nào.')
  sheet.table(
    ['TT', 'Tên mẫu, đặc điểm', 'Nơi lấy, thời điểm lấy', 'Lượng lấy', 'Tình trạng mẫu'],
    found.map((sample) => [
      String(sample.number), [text(sample.name), filled(sample.code) ? `Mã mẫu: ${text(sample.code)}` : '', said(maps(sample.details))].filter((each) => each !== '').join('; '),
      joined(text(sample.place), text(sample.taken)) || '–', amount(map(sample.amount)), text(sample.condition) || '–',
    ]),
  )
  for (const sample of found) {
    const pictured = list(sample.photos).length > 0 ? `; ảnh ${list(sample.photos).join(', ')}` : ''
    sheet.line(`– Mẫu ${sample.number}: ${said(maps(sample.how))}${pictured}.`)
  }
  sheet.table(
    ['Mẫu', 'Phần', 'Mục đích', 'Lượng', 'Số niêm phong', 'Nơi, người giữ'],
    found.flatMap((sample) => maps(sample.portions).map((portion) => [
      String(sample.number), text(portion.key), joined(text(portion.purpose), text(portion.note)), amount(map(portion.amount)),
      text(portion.seals) || 'không niêm phong', text(portion.holder) || '–',
    ])),
  )
}
