// Electricity meters: twin of checklists/procedures/electricity.py. The basic error by pulses against a reference energy,
// or by time at a known power. Limits depend on how the meter is built, its class, the current as multiples of Ib (In),
// and the power factor.

import type { State } from '../../types'
import { Decimal, Fraction } from '../decimal'
import type { Limit } from '../limits'
import { own } from '../plain'
import { fixed, short, vi } from './figures'
import { type Group, type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { type Allowance, conclude, Judged, lookUp, symmetric } from './verdicts'

const NAME = 'electricity-error'
const CLASSES = ['0.2', '0.2S', '0.5', '0.5S', '1', '2'] as const
const CONSTRUCTIONS = ['static_direct', 'static_ct', 'induction'] as const
const FACTOR = /^(0\.\d{1,4}|1(?:\.0{1,4})?)([LC]?)$/
const WH_PER_KWH = 1000
const WS_PER_KWH = 3_600_000

/** What judges a load point: the row, the allowance, and why there is none. */
type Judgement = [Limit | null, Allowance | null, string | null]

/** One load point: the current in multiples of Ib (In), the greatest one where it is known, the power factor. */
class Load {
  private constructor(
    private readonly current: Fraction,
    private readonly greatest: Fraction | null,
    readonly powerFactor: string,
  ) {}

  /** Read the load of a row; what the row does not say, the parameters do. */
  static of(parameters: Group, row: Group): Load {
    const isInAmperes = parameters.choice('current_unit', ['Ib', 'A'], 'Ib') === 'A'
    const base = isInAmperes ? parameters.positive('base_current').exact : Fraction.ONE
    const current = (row.has('current') ? row : parameters).positive('current').exact.over(base)
    const greatest = parameters.has('max_current') ? parameters.positive('max_current').exact.over(base) : null
    return new Load(current, greatest, powerFactor(row.has('power_factor') ? row : parameters))
  }

  /** Return the limit of the band that the current falls into, or why there is none. */
  allowance(limit: Limit): [Allowance | null, string | null] {
    const times = `dòng điện thử bằng ${vi(short(this.current))} Ib (In)`
    if (limit.table === null) return [symmetric(limit, asIs), null]
    if (this.greatest !== null && this.current.compare(this.greatest) > 0) return [null, `${times}, vượt Imax`]
    if (this.greatest === null && this.current.compare(Fraction.ONE) > 0) {
      return [null, `${times}, chưa ghi Imax nên không biết còn trong dải đo`]
    }
    const percent = lookUp(limit.table, this.current)
    if (percent === null) return [null, `${times}, thấp hơn bậc nhỏ nhất của bảng giới hạn`]
    return [{ upper: percent, lower: percent, value: short(percent), unit: '%' }, null]
  }
}

function asIs(_unit: string, value: Fraction): Fraction {
  return value
}

/** Return cosφ as the limit rows write it: `1`, `0.5L` inductive, `0.8C` capacitive, or a measured number. */
function powerFactor(group: Group): string {
  const [value, at] = [own(group.raw, 'power_factor') ?? null, `${group.path}.power_factor`]
  if (value === null) throw new ProcedureInputError(at, 'thiếu giá trị này')
  const [, number = '', side = ''] = (typeof value === 'string' && FACTOR.exec(value)) || []
  const found = number && Decimal.from(number).exact
  if (!found || !found.sign) {
    throw new ProcedureInputError(at, 'phải là số lớn hơn 0, không quá 1, thêm L (cảm) hoặc C (dung): 1, 0.5L, 0.8C')
  }
  const written = short(found)
  return written === '1' ? written : written + side
}

/** Judge each load point: E = 100 (W - W0) / W0 with W = N / k, or E = 100 (t0 - t) / t with t0 = N / (k P). */
function error(request: Request): Result {
  const rows: State[] = []
  const judged: Judged[] = []
  const constant = request.parameters.positive('constant').exact
  for (const [n, row] of request.rows.entries()) {
    const [error, shown] = rowError(row, Fraction.of(row.whole('pulses')), constant)
    const [limit, allowance, reason] = judgedBy(request, row)
    const place = `sai số lần ${n + 1}`
    const one = new Judged({ error, printed: fixed(error, 4), unit: '%', limit, allowance, place, reason })
    judged.push(one)
    rows.push({ ...row.raw, ...shown, error: one.printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows)
}

/** Return the error in % and what it was computed from; a row that says both energy and power says two things. */
function rowError(row: Group, pulses: Fraction, constant: Fraction): [Fraction, State] {
  if (row.has('reference_wh') && row.has('power_w')) {
    throw new ProcedureInputError(`${row.path}.power_w`, 'chỉ ghi điện năng chuẩn, hoặc thời gian và công suất')
  }
  if (row.has('power_w')) {
    const [power, seconds] = [row.positive('power_w').exact, row.positive('seconds').exact]
    const due = pulses.times(WS_PER_KWH).over(constant.times(power))
    return [due.minus(seconds).times(100).over(seconds), { due_seconds: fixed(due, 4) }]
  }
  const [reference, counted] = [row.positive('reference_wh').exact, pulses.times(WH_PER_KWH).over(constant)]
  return [counted.minus(reference).times(100).over(reference), { counted_wh: fixed(counted, 4) }]
}

function judgedBy(request: Request, row: Group): Judgement {
  if (request.given) return [request.given, symmetric(request.given, asIs), null]
  const load = Load.of(request.parameters, row)
  const meter = {
    accuracy_class: request.parameters.choice('accuracy_class', CLASSES),
    construction: request.parameters.choice('construction', CONSTRUCTIONS),
  }
  const limit = request.limit(NAME, { ...meter, power_factor: load.powerFactor })
  if (limit === null) return [null, null, unknown(request, meter, load.powerFactor)]
  return [limit, ...load.allowance(limit)]
}

/** Return why no row fits: this meter or this load point has none on any day; null = not on this day. */
function unknown(
  request: Request, meter: { accuracy_class: string; construction: string }, powerFactor: string,
): string | null {
  const isOfMeter = (row: Limit) => Object.entries(meter).every(([key, value]) => row.parameters[key] === value)
  const rows = request.rules.limits.filter((row) => row.procedure === NAME && isOfMeter(row))
  if (!rows.length) return `không có giới hạn cho công tơ cấp ${vi(meter.accuracy_class)} kiểu này`
  if (!rows.some((row) => row.parameters['power_factor'] === powerFactor)) {
    return `hệ số công suất ${vi(powerFactor)} không phải điểm thử có giới hạn của công tơ này`
  }
  return null
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: NAME,
    parameters: [
      ...['accuracy_class', 'construction', 'constant'],
      ...['current', 'current_unit', 'base_current', 'max_current', 'power_factor'],
    ],
    row: ['pulses', 'reference_wh', 'seconds', 'power_w', 'current', 'power_factor'],
    units: ['%'],
    run: error,
  },
]
