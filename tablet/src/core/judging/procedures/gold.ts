// Gold jewellery: twin of checklists/procedures/gold.py. Net mass (TT 22/2013 Bảng 2) and fineness (Điều 5 khoản 3);
// only a shortfall counts.

import type { State } from '../../types'
import { Fraction } from '../decimal'
import type { Limit } from '../limits'
import { fixed, mean, short } from './figures'
import { type Group, type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { type Allowance, atMost, conclude, Judged, lookUp } from './verdicts'

const MG_PER_G = 1000
// Rounding step of δ where the scale's e was not written down: the finest e of Bảng 1.
const DEFAULT_E_MG = Fraction.ONE
const HUNDRED = Fraction.of(100)

/** Judge each piece: its net mass must not be below the declared mass by more than δ of the mass found. */
function mass(request: Request): Result {
  const hasE = request.parameters.has('e')
  const step = hasE ? request.parameters.positive('e').exact : DEFAULT_E_MG
  const limit = request.limit('gold-mass')
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [declared, measured] = [row.positive('declared'), row.notNegative('measured')]
    const error = measured.exact.minus(declared.exact).times(MG_PER_G)
    const printed = fixed(error, Math.max(0, Math.max(declared.scale, measured.scale) - 3))
    const allowance = massAllowance(limit, measured.exact, step)
    const place = `chênh lệch khối lượng mẫu ${n + 1}`
    const one = new Judged({ error, printed, unit: 'mg', limit, allowance, place })
    judged.push(one)
    rows.push({ ...row.raw, difference: printed, error: printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows, hasE ? [] : ['không ghi e của cân: giới hạn làm tròn đến 1 mg'])
}

/** Return δ in mg: Bảng 2 by straight lines, (13/30)·m below 30 g, 0.0175 % above 6 kg, rounded to one e. */
function massAllowance(limit: Limit | null, grams: Fraction, step: Fraction): Allowance | null {
  if (limit === null) return null
  if (limit.table === null) return limit.value && shortfall(limit.value, 'mg')
  const percent = limit.table.beyondPercent
  const beyond = percent && grams.times(MG_PER_G).times(percent).over(100)
  const delta = lookUp(limit.table, grams) ?? beyond
  if (delta === null) return null
  const steps = delta.over(step).plus(Fraction.of(1, 2)).floor()
  return shortfall(Fraction.of(steps).times(step), 'mg')
}

function shortfall(value: Fraction, unit: string): Allowance {
  return { upper: null, lower: value, value: short(value), unit }
}

/** Judge each sample: nonconforming only when the mean reading is below declared minus the limit. */
function fineness(request: Request): Result {
  const limit = request.limit('gold-fineness')
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const declared = percentOf(row, 'declared')
    const readings = row.readings('readings').map((value) => value.exact)
    const above = readings.findIndex((value) => value.compare(HUNDRED) > 0)
    if (above >= 0) throw new ProcedureInputError(`${row.path}.readings[${above}]`, 'tính bằng %, không quá 100')
    const found = mean(readings)
    const error = found.minus(declared)
    const printed = fixed(error, 4)
    const allowance = finenessAllowance(limit, declared)
    const place = `chênh lệch hàm lượng mẫu ${n + 1}`
    const one = new Judged({ error, printed, unit: '%', limit, allowance, place })
    judged.push(one)
    rows.push({ ...row.raw, mean: fixed(found, 4), error: printed, limit: one.limitJson(), verdict: one.verdict })
  }
  const screen = 'kết quả sàng lọc tại hiện trường, xử lý căn cứ kết quả của tổ chức thử nghiệm được chỉ định'
  return conclude(judged, rows, [screen])
}

function finenessAllowance(limit: Limit | null, declared: Fraction): Allowance | null {
  if (limit === null) return null
  const value = limit.table === null ? limit.value : lookUp(limit.table, declared)
  return value && shortfall(value, '%')
}

function percentOf(row: Group, key: string): Fraction {
  const value = row.positive(key).exact
  if (value.compare(HUNDRED) > 0) {
    throw new ProcedureInputError(`${row.path}.${key}`, 'tính bằng % (ví dụ 75.0), không dùng phần nghìn (‰)')
  }
  return value
}

/** Judge each scale: its e must not be above the one that Bảng 1 allows for its capacity. */
function scaleInterval(request: Request): Result {
  const limit = request.limit('gold-scale-interval')
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [capacity, e] = [row.positive('capacity').exact, row.positive('e')]
    const allowance = atMost(limit, capacity)
    const figure = { error: e.exact, printed: String(e), unit: 'mg', signed: false }
    const noBasis = 'thiếu căn cứ về giá trị độ chia'
    const one = new Judged({ ...figure, limit, allowance, place: `e của cân ${n + 1}`, noBasis })
    judged.push(one)
    rows.push({ ...row.raw, error: one.printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows)
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'gold-mass',
    parameters: ['e'],
    row: ['declared', 'measured'],
    units: ['mg'],
    run: mass,
    oneSided: true,
    resolved: ['measured'],
  },
  { name: 'gold-fineness', parameters: [], row: ['declared', 'readings'], units: ['%'], run: fineness, oneSided: true },
  { name: 'gold-scale-interval', parameters: [], row: ['capacity', 'e'], units: ['mg'], run: scaleInterval, oneSided: true },
]
