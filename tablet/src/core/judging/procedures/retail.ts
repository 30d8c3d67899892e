// Weighing in retail trade (Thông tư 09/2017/TT-BKHCN): twin of checklists/procedures/retail.py. Check scales, and whether
// a scale is fine enough for the goods.

import type { State } from '../../types'
import { type Decimal, Fraction } from '../decimal'
import { fixed, short } from './figures'
import type { Group, Procedure, Request, Result } from './readings'
import { type Allowance, atMost, conclude, Judged } from './verdicts'

const MASSES = ['mg', 'g', 'kg', 't'] as const
const GRAMS: { [unit: string]: Fraction } = {
  mg: Fraction.of(1, 1000), g: Fraction.ONE, kg: Fraction.of(1000), t: Fraction.of(1_000_000),
}
const CHECKED_IN = ['g', 'kg'] as const
const NO_BASIS = 'thiếu căn cứ về giá trị độ chia'

/** Return how many grams one of a unit is; a rule set that writes a limit in another unit is refused by the server. */
function grams(unit: string): Fraction {
  const found = GRAMS[unit]
  if (found === undefined) throw new Error(`no mass: ${unit}`)
  return found
}

/** Judge each weighing: the seller's scale must not show too much, the buyer's not too little (Điều 6 khoản 3). */
function checkScale(request: Request): Result {
  const sells = request.parameters.choice('side', ['seller', 'buyer']) === 'seller'
  const unit = request.unit(CHECKED_IN, 'g')
  const limit = request.limit('check-scale')
  const allowed = limit?.value ? limit.value.times(grams(limit.unit)).over(grams(unit)) : null
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [reference, indication] = [row.positive('reference'), row.notNegative('indication')]
    const error = indication.exact.minus(reference.exact)
    const sides = sells ? { upper: allowed, lower: null } : { upper: null, lower: allowed }
    const allowance: Allowance | null = allowed && { ...sides, value: short(allowed), unit }
    const printed = fixed(error, Math.max(reference.scale, indication.scale))
    const place = `số chỉ của ${sells ? 'bên bán' : 'bên mua'} so với quả cân, lần ${n + 1}`
    const one = new Judged({
      error, printed, unit, limit, allowance, place, noBasis: 'thiếu căn cứ về lượng thiếu cho phép',
    })
    judged.push(one)
    rows.push({ ...row.raw, error: printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows)
}

/** Judge each mass: the scale's d must not be above the one allowed for it (Điều 4, Bảng 1). */
function scaleInterval(request: Request): Result {
  const unit = request.unit(MASSES, 'g', MASSES)
  const limit = request.limit('scale-interval')
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [mass, interval] = [row.positive('mass').exact.times(grams(unit)), intervalOf(request.parameters, row)]
    const allowance = inUnit(unit, atMost(limit, mass))
    const figure = { error: interval.exact, printed: String(interval), unit, signed: false }
    const place = `d của cân, lượng hàng ${n + 1}`
    const one = new Judged({ ...figure, limit, allowance, place, noBasis: NO_BASIS })
    judged.push(one)
    rows.push({ ...row.raw, error: one.printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows)
}

function intervalOf(parameters: Group, row: Group): Decimal {
  return (row.has('d') ? row : parameters).positive('d')
}

/** Return the same allowance in the unit of the figures. */
function inUnit(unit: string, allowance: Allowance | null): Allowance | null {
  if (!allowance?.upper) return null
  const upper = allowance.upper.times(grams(allowance.unit)).over(grams(unit))
  return { upper, lower: null, value: short(upper), unit }
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'check-scale',
    parameters: ['side', 'unit'],
    row: ['reference', 'indication'],
    units: CHECKED_IN,
    run: checkScale,
    oneSided: true,
    resolved: ['indication'],
  },
  {
    name: 'scale-interval',
    parameters: ['unit', 'd'],
    row: ['mass', 'd'],
    units: MASSES,
    run: scaleInterval,
    oneSided: true,
  },
]
