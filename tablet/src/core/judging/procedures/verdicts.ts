// From errors and a limit row to a verdict and its words: twin of checklists/procedures/verdicts.py, for all procedures.

import type { State, Verdict } from '../../types'
import { Fraction, greater } from '../decimal'
import type { Limit, LimitTable } from '../limits'
import { short, vi } from './figures'
import type { Result } from './readings'

export const WORDS: { [verdict in Verdict]: string } = { pass: 'đạt', fail: 'không đạt', inconclusive: 'chưa kết luận' }
const NO_BASIS = 'thiếu căn cứ sai số'
const WEIGHT: { [verdict in Verdict]: number } = { pass: 0, inconclusive: 1, fail: 2 }

/**
 * How far an error may go on each side, in the unit of the error; null = that side is free.
 *
 * `value` and `unit` are what is printed as the limit, `lowerValue` the other side where it differs. `squared`: the sides
 * are squares, so that a limit that is a root (k·s) is compared without one. `said`: the words of a limit that is no number.
 */
export interface Allowance {
  upper: Fraction | null
  lower: Fraction | null
  value: string
  unit: string
  lowerValue?: string | null
  squared?: boolean
  said?: string
}

/** Return the limit as a person reads it. */
function words(allowance: Allowance): string {
  const { upper, lower, value, unit, lowerValue } = allowance
  if (lower === null) return `không quá ${vi(value)} ${unit}`
  if (upper === null) return `thiếu không quá ${vi(value)} ${unit}`
  if (lowerValue) return `+${vi(value)}/−${vi(lowerValue)} ${unit}`
  return `±${vi(value)} ${unit}`
}

/** Return how far the error is beyond the limit; zero or less = within (the limit itself passes). */
function excess(allowance: Allowance, measured: Fraction): Fraction {
  const error = allowance.squared ? measured.times(measured.absolute()) : measured
  const above = allowance.upper && error.minus(allowance.upper)
  const below = allowance.lower && allowance.lower.plus(error).negated()
  return above && below ? greater(above, below) : above ?? below ?? Fraction.ZERO
}

/** What a quantity is judged by; `place` names it in the explanation. */
interface Measured {
  error: Fraction
  printed: string
  unit: string
  limit: Limit | null
  allowance: Allowance | null
  place: string
  reason?: string | null
  signed?: boolean
  noBasis?: string
}

/** One judged quantity: a row, or the one figure of a series. */
export class Judged {
  readonly error: Fraction
  readonly printed: string
  readonly unit: string
  readonly limit: Limit | null
  readonly allowance: Allowance | null
  readonly place: string
  readonly reason: string | null
  readonly signed: boolean
  readonly noBasis: string
  /** Decided only on a confirmed or given limit that covers this size (design: three verdicts). */
  readonly verdict: Verdict
  private readonly beyond: Fraction

  constructor(from: Measured) {
    this.error = from.error
    this.printed = from.printed
    this.unit = from.unit
    this.limit = from.limit
    this.allowance = from.allowance
    this.place = from.place
    this.reason = from.reason ?? null
    this.signed = from.signed ?? true
    this.noBasis = from.noBasis ?? NO_BASIS
    this.beyond = this.allowance ? excess(this.allowance, this.error) : this.error.absolute()
    const decides = this.limit !== null && this.allowance !== null && this.limit.status !== 'unconfirmed'
    this.verdict = !decides ? 'inconclusive' : this.beyond.sign <= 0 ? 'pass' : 'fail'
  }

  /** Tell whether this quantity explains a whole verdict better than another. */
  tellsMoreThan(other: Judged): boolean {
    const weight = WEIGHT[this.verdict] - WEIGHT[other.verdict]
    return weight > 0 || (weight === 0 && this.beyond.compare(other.beyond) > 0)
  }

  /** Return the limit as printed beside the error, also when it may not decide. */
  limitJson(): State | null {
    const { limit, allowance } = this
    if (limit === null) return null
    const lower = allowance?.lowerValue
    return {
      value: allowance ? allowance.value : null,
      ...(lower ? { lower } : {}),
      unit: allowance ? allowance.unit : limit.unit,
      source: limit.source,
      status: limit.status,
    }
  }
}

/**
 * Return the allowance of a plain row on both sides of zero: max(value, floor), `lower` for the negative side.
 *
 * `size` turns (unit, number) into the unit of the error.
 */
export function symmetric(limit: Limit | null, size: (unit: string, value: Fraction) => Fraction): Allowance | null {
  if (limit === null || limit.value === null) return null
  let { value, unit } = { value: limit.value, unit: limit.unit }
  let upper = size(unit, value)
  let lower = limit.lower === null ? upper : size(unit, limit.lower)
  let lowerValue = limit.lower === null ? null : short(limit.lower)
  if (limit.floor !== null && limit.floorUnit !== null) {
    const floor = size(limit.floorUnit, limit.floor)
    if (floor.compare(upper) > 0 && floor.compare(lower) >= 0) {
      ;[value, unit, lowerValue] = [limit.floor, limit.floorUnit, null]
    }
    ;[upper, lower] = [greater(upper, floor), greater(lower, floor)]
  }
  return { upper, lower, value: short(value), unit, lowerValue }
}

/** Return the allowance of a row that only bounds from above, read from its table at this size where it has one. */
export function atMost(limit: Limit | null, size: Fraction): Allowance | null {
  if (limit === null) return null
  const found = limit.table === null ? limit.value : lookUp(limit.table, size)
  return found && { upper: found, lower: null, value: short(found), unit: limit.unit }
}

/** Return the allowance of a size, or null where the table ends (design: no verdict beyond a table). */
export function lookUp(table: LimitTable, size: Fraction): Fraction | null {
  if (table.above !== null && size.compare(table.above) <= 0) return null
  if (table.kind === 'linear') return interpolate(table, size)
  if (table.kind === 'up_to') {
    return table.steps.find(([bound]) => bound === null || size.compare(bound) <= 0)?.[1] ?? null
  }
  return table.steps.findLast(([bound]) => bound !== null && bound.compare(size) <= 0)?.[1] ?? null
}

function interpolate(table: LimitTable, size: Fraction): Fraction | null {
  let [low, atLow] = [Fraction.ZERO, Fraction.ZERO]
  for (const [high, atHigh] of table.steps) {
    if (high === null) continue
    if (size.compare(high) <= 0) return atLow.plus(atHigh.minus(atLow).over(high.minus(low)).times(size.minus(low)))
    ;[low, atLow] = [high, atHigh]
  }
  return null // above the last point the caller applies beyondPercent in its own units
}

/** Return the answer of a procedure; the limit and the words are those of the most telling quantity. */
export function conclude(judged: Judged[], rows: State[], notes: string[] = [], summary: State = {}): Result {
  const verdict = judged.map((each) => each.verdict).reduce((one, two) => (WEIGHT[two] > WEIGHT[one] ? two : one))
  const telling = judged.reduce((one, two) => (two.tellsMoreThan(one) ? two : one))
  return {
    rows,
    limit: telling.limitJson(),
    verdict,
    explanation: [...explain(telling, verdict, judged), ...notes].join('; '),
    ...summary,
  }
}

/** Return the verdict, what was measured, the limit with its source, and why, as a person reads them. */
function explain(telling: Judged, verdict: Verdict, judged: Judged[]): string[] {
  const figure = `${telling.place}: ${vi(telling.printed, telling.signed)} ${telling.unit}`
  const limit = limitWords(telling)
  if (verdict === 'inconclusive') {
    const known = telling.reason && telling.limit === null ? [] : [limit]
    return [`chưa kết luận: ${telling.reason || telling.noBasis}`, figure, ...known, ...whyUnconfirmed(telling)]
  }
  return [`${WORDS[verdict]}: ${figure}`, limit, ...roundedAway(telling), ...howMany(verdict, judged)]
}

function howMany(verdict: Verdict, judged: Judged[]): string[] {
  if (judged.length === 1) return []
  if (verdict === 'pass') return [`cả ${judged.length} kết quả trong giới hạn`]
  const over = judged.filter((each) => each.verdict === 'fail').length
  return [`${over} trên ${judged.length} kết quả vượt giới hạn`]
}

/** Return why a printed figure that looks within its limit is not: only what is printed was rounded. */
function roundedAway(telling: Judged): string[] {
  if (telling.verdict !== 'fail' || telling.allowance === null) return []
  const hidden = excess(telling.allowance, Fraction.from(telling.printed)).sign <= 0
  return hidden ? ['giá trị chưa làm tròn vượt giới hạn'] : []
}

function whyUnconfirmed(telling: Judged): string[] {
  const limit = telling.limit
  return limit?.status === 'unconfirmed' && limit.note ? [`lý do: ${limit.note}`] : []
}

function limitWords(telling: Judged): string {
  const { limit, allowance: shown } = telling
  if (limit === null) return 'bộ quy tắc không có giới hạn nào áp dụng cho ngày này'
  if (shown === null) {
    const missing = limit.table ? 'không có bậc nào cho trường hợp này' : 'chưa có giá trị giới hạn'
    return `${missing}, theo ${limit.source}`
  }
  if (limit.status === 'given') return `${limit.source} ${shown.said ?? words(shown)}`
  const status = limit.status === 'unconfirmed' ? ' chưa được xác nhận' : ''
  if (shown.said !== undefined) return `${shown.said}, theo căn cứ${status}: ${limit.source}`
  return `giới hạn${status} ${words(shown)}, theo ${limit.source}`
}
