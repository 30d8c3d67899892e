// Non-automatic weighing instruments (cân): twin of checklists/procedures/nawi.py. The tests of OIML R 76-1.

import type { State } from '../../types'
import { type Decimal, Fraction, greater, ten } from '../decimal'
import type { Limit } from '../limits'
import { fixed, short, vi } from './figures'
import { type Group, type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { type Allowance, conclude, Judged, lookUp, symmetric } from './verdicts'

const CLASSES = ['I', 'II', 'III', 'IIII'] as const
const UNITS = ['mg', 'g', 'kg', 't'] as const

/** The instrument under test: its class, verification scale interval e, and the unit of all its figures. */
class Scale {
  private constructor(
    private readonly accuracyClass: string,
    readonly e: Decimal,
    readonly unit: string,
    private readonly limit: Limit | null,
  ) {}

  /** Read the instrument; a limit typed in another unit than the readings is refused. */
  static of(request: Request): Scale {
    const accuracyClass = request.parameters.choice('accuracy_class', CLASSES)
    const unit = request.unit(UNITS, undefined, ['e'])
    const limit = request.limit('nawi', { accuracy_class: accuracyClass })
    return new Scale(accuracyClass, request.parameters.positive('e'), unit, limit)
  }

  /** Judge one figure at one load: MPE = the class's number of e at m = load / e. */
  judge(error: Fraction, places: number, load: Decimal, place: string, isRange = false): Judged {
    const { limit, unit } = this
    let [allowance, reason]: [Allowance | null, string | null] = [this.allowance(load), null]
    if (allowance === null && limit?.table) {
      const m = vi(short(load.exact.over(this.e.exact)))
      reason = `tải ${vi(String(load))} ${unit} bằng ${m} e, vượt bảng sai số của cấp ${this.accuracyClass}`
    }
    // A range has no sign: the limit is printed and applied on one side only.
    if (isRange && allowance) allowance = { ...allowance, lower: null, lowerValue: null }
    return new Judged({ error, printed: fixed(error, places), unit, limit, allowance, place, reason, signed: !isRange })
  }

  private allowance(load: Decimal): Allowance | null {
    if (!this.limit?.table) {
      return symmetric(this.limit, (unit, value) => (unit === 'e' ? value.times(this.e.exact) : value))
    }
    const steps = lookUp(this.limit.table, load.exact.over(this.e.exact))
    if (steps === null) return null
    const mpe = steps.times(this.e.exact)
    return { upper: mpe, lower: mpe, value: short(mpe), unit: this.unit }
  }
}

/** Judge each load by the corrected error: P = I + e/2 - ΔL where ΔL was taken, E = P - L, Ec = E - E0. */
function load(request: Request): Result {
  const tested = Scale.of(request)
  const [zero, hasZero] = [zeroError(request.parameters, tested.e), request.parameters.has('zero_error')]
  const rows: State[] = []
  const judged: Judged[] = []
  for (const row of request.rows) {
    const [load, indication] = [row.notNegative('load'), row.number('indication')]
    let places = Math.max(load.scale, indication.scale)
    let point: State = {}
    let found = indication.exact
    if (row.has('delta_load')) {
      const delta = row.notNegative('delta_load')
      found = found.plus(tested.e.exact.over(2)).minus(delta.exact)
      // Half of e needs one decimal more than e unless its last digit is even.
      const isEven = tested.e.exact.times(Fraction.of(ten(tested.e.scale))).over(2).isWhole
      places = Math.max(places, tested.e.scale + (isEven ? 0 : 1), delta.scale)
      point = { p: fixed(found, places) }
    }
    const error = found.minus(load.exact)
    const what = hasZero ? 'sai số đã trừ E0' : 'sai số'
    const place = `${what} tại tải ${vi(String(load))} ${tested.unit}`
    const one = tested.judge(error.minus(zero), Math.max(places, placesOf(zero)), load, place)
    judged.push(one)
    rows.push({
      ...row.raw,
      ...point,
      error: fixed(error, places),
      ...(hasZero ? { corrected_error: one.printed } : {}),
      limit: one.limitJson(),
      verdict: one.verdict,
    })
  }
  return conclude(judged, rows)
}

/** Return E0 in the unit of the readings; it may be given in e (`zero_error_unit`). */
function zeroError(given: Group, e: Decimal): Fraction {
  const isInE = given.choice('zero_error_unit', ['e', 'unit'], 'unit') === 'e'
  if (!given.has('zero_error')) return Fraction.ZERO
  const value = given.number('zero_error').exact
  return isInE ? value.times(e.exact) : value
}

/** Return how many decimals a number needs; the zero error is a finite decimal: a reading, or a reading times e. */
function placesOf(value: Fraction): number {
  let places = 0
  while (!value.times(Fraction.of(ten(places))).isWhole) places++
  return places
}

/** Judge each position of one load: |I - L| within the MPE of that load. */
function eccentricity(request: Request): Result {
  const [tested, load] = [Scale.of(request), request.parameters.positive('load')]
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const indication = row.number('indication')
    const error = indication.exact.minus(load.exact)
    const one = tested.judge(error, Math.max(load.scale, indication.scale), load, `sai số vị trí ${n + 1}`)
    judged.push(one)
    rows.push({ ...row.raw, error: one.printed, verdict: one.verdict })
  }
  const further = (one: Judged, two: Judged) => (two.error.absolute().compare(one.error.absolute()) > 0 ? two : one)
  return conclude(judged, rows, [], { max_error: judged.reduce(further).printed.replace(/^-/, '') })
}

/** Judge the range of several weighings of one load: max - min within the MPE of that load. */
function repeatability(request: Request): Result {
  const [tested, load] = [Scale.of(request), request.parameters.positive('load')]
  if (request.rows.length < 2) {
    throw new ProcedureInputError('rows', 'độ lặp lại cần ít nhất hai lần cân cùng một tải')
  }
  const indications = request.rows.map((row) => row.number('indication'))
  const places = Math.max(load.scale, ...indications.map((value) => value.scale))
  const rows = request.rows.map((row, n) => {
    const value = indications[n] ?? load
    return { ...row.raw, error: fixed(value.exact.minus(load.exact), Math.max(load.scale, value.scale)) }
  })
  const values = indications.map((value) => value.exact)
  const highest = values.reduce(greater)
  const lowest = values.reduce((one, two) => (two.compare(one) < 0 ? two : one))
  const place = `chênh lệch lớn nhất của ${indications.length} lần cân`
  const one = tested.judge(highest.minus(lowest), places, load, place, true)
  return conclude([one], rows, [], { range: one.printed })
}

const INSTRUMENT = ['accuracy_class', 'e', 'unit']
const SHOWN = ['indication']
const LIMIT_UNITS = ['e', ...UNITS]

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'nawi-load',
    parameters: [...INSTRUMENT, 'zero_error', 'zero_error_unit'],
    row: ['load', 'indication', 'delta_load'],
    units: LIMIT_UNITS,
    run: load,
    resolved: SHOWN,
  },
  {
    name: 'nawi-eccentricity',
    parameters: [...INSTRUMENT, 'load'],
    row: SHOWN,
    units: LIMIT_UNITS,
    run: eccentricity,
    resolved: SHOWN,
  },
  {
    name: 'nawi-repeatability',
    parameters: [...INSTRUMENT, 'load'],
    row: SHOWN,
    units: LIMIT_UNITS,
    run: repeatability,
    resolved: SHOWN,
  },
]
