// Whether an instrument's verification covers the day: twin of checklists/procedures/validity.py. By the printed date,
// never by the cycle where one is printed.

import type { State } from '../../types'
import { dayOf, daysBetween, daysOf, monthsAfter, parts } from '../calendar'
import { Fraction } from '../decimal'
import type { Limit } from '../limits'
import { type Group, type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { conclude, Judged } from './verdicts'

export const WARNED_BEFORE = 60
const INSTRUMENTS = ['dose_rate_meter'] as const
const MONTHS = 'tháng'
const DAYS = 'ngày'
const NO_BASIS = 'thiếu căn cứ về thời hạn kiểm định'
const MONTH = /^\d{4}-\d{2}$/

/** The last day that is surely covered, and the last that may be: a stamp prints the month only. */
interface Until {
  sure: string
  possible: string
  limit: Limit | null
  shown: { value: string; unit: string }
  said: string
}

/** Judge each certificate: it must not end before the day, or before the last day that it has to cover. */
function validity(request: Request): Result {
  let last = request.on
  if (request.parameters.has('until')) {
    last = request.parameters.day('until')
    if (last < request.on) throw new ProcedureInputError('parameters.until', 'không được trước ngày đang xét')
  }
  const rows: State[] = []
  const judged: Judged[] = []
  const soon: string[] = []
  for (const [n, row] of request.rows.entries()) {
    const until = untilOf(request, row)
    const name = String(row.raw['label'] || `phương tiện ${n + 1}`)
    const one = judge(until, last, name)
    const left = Number(one.printed)
    const ends = left >= 0 && left <= WARNED_BEFORE && one.allowance !== null
    if (ends) soon.push(name)
    judged.push(one)
    rows.push({
      ...row.raw,
      until: until && until.possible,
      error: one.printed,
      ends_soon: ends,
      limit: one.limitJson(),
      verdict: one.verdict,
    })
  }
  return conclude(judged, rows, soon.length ? [`hết hạn trong vòng ${WARNED_BEFORE} ngày: ${soon.join(', ')}`] : [])
}

/** Compare the end with the last day; inside a month that was printed without its day, nothing is decided. */
function judge(until: Until | null, last: string, name: string): Judged {
  const common = {
    unit: DAYS,
    limit: until && until.limit,
    place: `số ngày còn hiệu lực của ${name} tính từ ${vi(last)}`,
    signed: false,
    noBasis: NO_BASIS,
  }
  const undecided = { ...common, error: Fraction.ZERO, printed: '0', allowance: null }
  if (until === null) {
    return new Judged({ ...undecided, reason: 'không có ngày hết hạn, cũng không có chu kỳ kiểm định nào áp dụng' })
  }
  if (until.sure < last && last <= until.possible) {
    const reason = 'tem chỉ ghi tháng và năm, chưa có quy định hết hiệu lực vào ngày nào của tháng'
    return new Judged({ ...undecided, reason })
  }
  const left = daysBetween(last, last > until.possible ? until.possible : until.sure)
  const allowance = { upper: null, lower: Fraction.ZERO, ...until.shown, said: until.said }
  return new Judged({ ...common, error: Fraction.of(left), printed: String(left), allowance })
}

/** Return how long a certificate holds; a printed date wins over the cycle of the instrument. */
function untilOf(request: Request, row: Group): Until | null {
  const verified = row.has('verified_on') ? row.day('verified_on') : null
  if (verified !== null && verified > request.on) {
    throw new ProcedureInputError(`${row.path}.verified_on`, 'sau ngày đang xét: giấy chưa có trong ngày đó')
  }
  if (row.has('valid_until')) {
    const [sure, possible] = printedOn(row)
    if (verified !== null && possible < verified) {
      throw new ProcedureInputError(`${row.path}.valid_until`, 'trước ngày kiểm định')
    }
    const limit = request.rules.find('validity', request.on, request.context, { basis: 'printed' })
    const words = sure === possible ? vi(possible) : monthVi(possible)
    return { sure, possible, limit, shown: { value: '0', unit: DAYS }, said: `hạn ghi đến ${words}` }
  }
  if (verified === null) {
    throw new ProcedureInputError(`${row.path}.valid_until`, 'thiếu ngày hết hạn in trên tem hoặc giấy chứng nhận')
  }
  return byCycle(request, verified)
}

function byCycle(request: Request, verified: string): Until | null {
  if (request.given === null && !request.parameters.has('instrument')) return null
  const known: { [name: string]: string } = { basis: 'cycle' }
  if (!request.given) known['instrument'] = request.parameters.choice('instrument', INSTRUMENTS)
  const limit = request.limit('validity', known)
  const months = wholeMonths(limit)
  if (request.given !== null && months === null) {
    throw new ProcedureInputError('limit.value', `chu kỳ phải là số nguyên lớn hơn 0, tính bằng ${MONTHS}`)
  }
  if (limit === null || months === null) return null
  const end = monthsAfter(verified, months)
  const said = `${months} ${MONTHS} từ ngày kiểm định, đến ${vi(end)}`
  return { sure: end, possible: end, limit, shown: { value: String(months), unit: MONTHS }, said }
}

function wholeMonths(limit: Limit | null): number | null {
  if (!limit?.value?.isWhole || limit.unit !== MONTHS) return null
  return limit.value.sign ? Number(limit.value.floor()) : null
}

/** Return the last day that a printed date surely covers, and the last that it can be read to cover. */
function printedOn(row: Group): [string, string] {
  const text = row.raw['valid_until']
  if (typeof text === 'string' && MONTH.test(text)) {
    const [year = 0, month = 0] = text.split('-').map(Number)
    if (!(month >= 1 && month <= 12 && year)) {
      throw new ProcedureInputError(`${row.path}.valid_until`, 'không có tháng này trong lịch')
    }
    // Nobody has said on which day of the month it ends: sure is what lies before it.
    return [dayBefore(year, month), dayOf(year, month, daysOf(year, month))]
  }
  const day = row.day('valid_until')
  return [day, day]
}

/** Return the day before a month; the calendar begins with its first day. */
function dayBefore(year: number, month: number): string {
  if (month > 1) return dayOf(year, month - 1, daysOf(year, month - 1))
  return year > 1 ? dayOf(year - 1, 12, 31) : dayOf(1, 1, 1)
}

function vi(day: string): string {
  const [year] = parts(day)
  return `${day.slice(8)}/${day.slice(5, 7)}/${year}`
}

function monthVi(day: string): string {
  const [year] = parts(day)
  return `${day.slice(5, 7)}/${year}`
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'validity',
    parameters: ['until', 'instrument'],
    row: ['valid_until', 'verified_on'],
    units: [MONTHS, DAYS],
    run: validity,
    oneSided: true,
  },
]
