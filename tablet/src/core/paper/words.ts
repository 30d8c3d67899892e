// The official words of minutes: dates, numbers, answers, roles and measures as printed: twin of sync/paper_words.py.
import { head, strip } from '../judging/plain'
import { isMap } from '../reading'
import type { Json } from '../types'
import { isoDay, local } from './days.ts'
import { articles, inForce } from './law.ts'
import { get, list, mapping, str, truthy, unique, type Doc } from './shape.ts'

type Words = Readonly<Record<string, string>>

export const ANSWERS: Words = {
  conforming: 'đạt', nonconforming: 'không đạt', not_checked: 'không kiểm tra', not_applicable: 'không áp dụng',
}
export const VERDICTS: Words = { pass: 'đạt', fail: 'không đạt', inconclusive: 'chưa kết luận' }
export const LIMIT_STATUSES: Words = { confirmed: 'đã xác nhận', unconfirmed: 'chưa xác nhận', given: 'do người đo nêu' }
export const TEAM_ROLES: Words = {
  leader: 'Trưởng đoàn', deputy: 'Phó trưởng đoàn', member: 'Thành viên', secretary: 'Thư ký',
  technical_officer: 'Cán bộ kỹ thuật', verifier: 'Kiểm định viên',
}
export const OUTCOMES: Words = {
  ink: '', drawn: 'ký trên thiết bị', fingerprint: 'điểm chỉ', refused: 'từ chối ký', absent: 'vắng mặt',
}
export const MEASURES: Words = {
  suspend: 'Tạm dừng sử dụng', resume: 'Cho phép sử dụng trở lại', seal: 'Niêm phong', unseal: 'Mở niêm phong',
}
export const INSTRUMENTS: Words = {
  fuel_dispenser: 'Cột đo xăng dầu',
  nozzle: 'Vòi cột đo xăng dầu',
  weighing_instrument: 'Cân',
  weighbridge: 'Cân ô tô',
  analytical_balance: 'Cân phân tích',
  check_scale: 'Cân đối chứng',
  taximeter: 'Taximet',
  electricity_meter: 'Công tơ điện',
  diagnostic_xray_unit: 'Thiết bị X-quang chẩn đoán',
  diagnostic_xray: 'Thiết bị X-quang chẩn đoán',
  xray_room: 'Phòng X-quang',
  dose_rate_meter: 'Máy đo suất liều',
  contamination_meter: 'Máy đo nhiễm bẩn phóng xạ',
  sphygmomanometer: 'Huyết áp kế',
  clinical_thermometer: 'Nhiệt kế y tế',
  electrocardiograph: 'Máy điện tim',
  electroencephalograph: 'Máy điện não',
  patient_monitor: 'Máy theo dõi bệnh nhân',
}
export const TEAMS: Words = {
  thanh_tra: 'Đoàn thanh tra',
  kiem_tra_nha_nuoc: 'Đoàn kiểm tra',
  kiem_tra: 'Đoàn kiểm tra',
  kiem_tra_chuyen_nganh: 'Đoàn kiểm tra',
  kiem_dinh_luu_dong: 'Tổ kiểm định lưu động',
  kiem_dinh_hieu_chuan: 'Tổ kiểm định, hiệu chuẩn',
  ra_soat: 'Đoàn rà soát',
  khao_sat: 'Đoàn khảo sát',
}
export const ACTS: Words = {
  thanh_tra: 'thanh tra', kiem_dinh_luu_dong: 'kiểm định', kiem_dinh_hieu_chuan: 'kiểm định, hiệu chuẩn', ra_soat: 'rà soát',
  khao_sat: 'khảo sát',
}
/** Document kinds whose number stands right after the name of the kind ("Thông tư số 28/2013/TT-BKHCN quy định …"). */
const LAW_KINDS = ['Thông tư liên tịch', 'Thông tư', 'Nghị định', 'Quyết định', 'Văn bản hợp nhất']

/** Return the word for a key, or what is said where the table has none. */
export function word(table: Words, key: string, otherwise = key): string {
  return Object.hasOwn(table, key) ? (table[key] ?? otherwise) : otherwise
}

/** Return a value of any shape as one printed line; none and empty values as ''. */
export function text(value: Json | undefined): string {
  if (value === null || value === undefined || value === '') return ''
  if (Array.isArray(value)) return joined('; ', value.map(text))
  if (isMap(value)) return joined('; ', Object.values(value).map(text))
  return str(value)
}

/** Join what is not empty. */
export function joined(between: string, parts: readonly string[]): string {
  return parts.filter(Boolean).join(between)
}

/** Write a day (ISO) as NĐ 30/2020 does: days below ten and the months January, February with a leading zero. */
export function dayInWords(day: string): string {
  const [year, month, date] = parts(day)
  return `ngày ${date} tháng ${month} năm ${year}`
}

/** Write an ISO day as 05/8/2021; anything else stays as it was written. */
export function shortDay(value: Json | undefined): string {
  const day = isoDay(head(text(value), 10))
  if (day === null) return text(value)
  const [year, month, date] = parts(day)
  return `${date}/${month}/${year}`
}

/** Write an ISO day in words; anything else stays as it was written. */
export function longDay(value: Json | undefined): string {
  const day = isoDay(head(text(value), 10))
  return day === null ? text(value) : dayInWords(day)
}

function parts(day: string): [year: number, month: string, date: string] {
  const [year = '', month = '', date = ''] = day.split('-')
  return [Number(year), Number(month) < 3 ? month : String(Number(month)), date]
}

/** Write an instant as "08 giờ 30 phút, ngày 05 tháng 8 năm 2021"; '' for none, unreadable ones as written. */
export function moment(instant: Json | undefined): string {
  if (!truthy(instant)) return ''
  const at = local(instant)
  return at === null ? text(instant) : `${twoDigits(at.hour)} giờ ${twoDigits(at.minute)} phút, ${dayInWords(at.day)}`
}

export function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}

/** Write one legal document as a line of the căn cứ block, its number beside the name of its kind. */
export function lawLine(row: Doc): string {
  const [title, number] = [text(row.title), text(row.number)]
  const kind = LAW_KINDS.find((each) => number && title.startsWith(`${each} `))
  if (kind) return `Căn cứ ${kind} số ${number} ${strip(title.slice(kind.length))}`
  return number ? `Căn cứ ${title} số ${number}` : `Căn cứ ${title}`
}

/** Names an item of a checklist among those of several. */
export function itemKey(code: Json | undefined, key: Json | undefined): string {
  return JSON.stringify([code, key])
}

/**
 * Write the articles that name each item (by `itemKey`): "Điều 10 Nghị định số 119/2017/NĐ-CP, …". Where no article was
 * read and confirmed, the name of the decree alone. Amounts are never printed.
 */
export function penaltyLines(law: Doc[], violations: Doc[], penalties: Doc[], on: string): Map<string, string[]> {
  const holding = new Map(inForce(law, on).map((row) => [get(row, 'id'), row]))
  const found = articles(law, violations, penalties, on)
  return new Map([...found].map(([item, rows]) => [item, unique(rows.map((row) => penaltyLine(row, holding)))]))
}

/** Write one article with its decree and what amended it; `holding` = the documents in force by id. */
function penaltyLine(row: Doc, holding: ReadonlyMap<Json, Doc>): string {
  const decree = mapping(holding.get(get(row, 'law')))
  const cited = truthy(row.article) && row.status === 'confirmed'
  const said = cited ? `${text(row.article)} ${decreeName(decree)}` : decreeName(decree)
  const amended = list(decree.amended_by).map((id) => mapping(holding.get(id)))
  const by = amended.filter((each) => each.status === 'confirmed').map(decreeName)
  return by.length ? `${said}, sửa đổi, bổ sung bởi ${by.join(', ')}` : said
}

/** Name a document by kind and number alone: "Nghị định số 119/2017/NĐ-CP". */
function decreeName(row: Doc): string {
  const [title, number] = [text(row.title), text(row.number)]
  return `${LAW_KINDS.find((kind) => title.startsWith(`${kind} `)) ?? title} số ${number}`
}

/** Raise the first letter only. */
export function upperFirst(sentence: string): string {
  const first = head(sentence, 1)
  return first.toUpperCase() + sentence.slice(first.length)
}

/** Lower the first letter only. */
export function lowerFirst(sentence: string): string {
  const first = head(sentence, 1)
  return first.toLowerCase() + sentence.slice(first.length)
}
