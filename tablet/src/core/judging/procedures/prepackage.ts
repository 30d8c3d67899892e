// Prepackaged goods by quantity (Thông tư 21/2014/TT-BKHCN): twin of checklists/procedures/prepackage.py. The mean of the
// lot or sample, and units that lack too much: nonconforming (T1) below Qn - T, worse (T2) below Qn - 2T.

import { Fraction } from '../decimal'
import type { Limit } from '../limits'
import { fixed, mean, root, short, variance, vi } from './figures'
import { type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { type Allowance, conclude, Judged, lookUp } from './verdicts'

const NAME = 'prepackage-lot'
// Unit -> kind of quantity, and how many of the unit of the table of T it holds (g, mL, m, m², cái).
const UNITS = {
  g: ['mass', Fraction.ONE],
  kg: ['mass', Fraction.of(1000)],
  mL: ['volume', Fraction.ONE],
  L: ['volume', Fraction.of(1000)],
  m: ['length', Fraction.ONE],
  cm: ['length', Fraction.of(1, 100)],
  'm²': ['area', Fraction.ONE],
  'cái': ['count', Fraction.ONE],
} as const
type Unit = keyof typeof UNITS
const UNIT_NAMES: readonly Unit[] = ['g', 'kg', 'mL', 'L', 'm', 'cm', 'm²', 'cái']
// T of mass and volume is rounded up to a tenth of g or mL up to this nominal quantity, to a whole one above (R 87).
const FINE_UP_TO = Fraction.of(1000)
const PIECES = 'đơn vị'
const FACTOR = 'lần s'
const NO_BASIS = 'thiếu căn cứ về lượng của hàng đóng gói sẵn'

/** The lot and what was measured of it; every quantity in `unit`. */
class Lot {
  private constructor(
    readonly request: Request,
    readonly nominal: Fraction,
    readonly unit: Unit,
    readonly size: bigint,
    readonly actual: Fraction[],
    readonly places: number,
  ) {}

  /** Read the lot; refuses one smaller than its sample, and broken pieces. */
  static of(request: Request): Lot {
    const [unit, nominal] = [request.unit(UNIT_NAMES), request.parameters.positive('nominal')]
    const [size, actual] = [request.parameters.whole('lot_size'), request.rows.map((row) => row.notNegative('actual'))]
    if (size < actual.length) {
      throw new ProcedureInputError('parameters.lot_size', `nhỏ hơn số đơn vị đã đo (${actual.length})`)
    }
    if (UNITS[unit][0] === 'count') {
      request.parameters.whole('nominal')
      const broken = actual.findIndex((found) => !found.exact.isWhole)
      if (broken >= 0) throw new ProcedureInputError(`rows[${broken}].actual`, 'phải là số nguyên')
    }
    const places = Math.max(nominal.scale, ...actual.map((value) => value.scale))
    return new Lot(request, nominal.exact, unit, size, actual.map((value) => value.exact), places)
  }

  /** Whether every unit of the lot was measured, or a sample of it. */
  get isWhole(): boolean {
    return BigInt(this.actual.length) === this.size
  }

  /** Return the row of one criterion, or the number that was typed with the limit. */
  criterion(name: string, typed = ''): Limit | null {
    const { given } = this.request
    if (typed && given && this.request.typed.has(typed)) return given
    return this.find({ criterion: name, plan: this.isWhole ? 'full' : 'sample' })
  }

  /** Return the number of a criterion at the size of this lot. */
  number(limit: Limit | null, typed = ''): Fraction | null {
    if (limit === null) return null
    if (typed && this.request.given === limit) return this.request.typed.notNegative(typed).exact
    return limit.table === null ? limit.value : lookUp(limit.table, Fraction.of(this.size))
  }

  /** Return the row of T and T itself: typed, in the unit of the figures, or read for the nominal quantity. */
  tolerable(): [Limit | null, Fraction | null] {
    const [kind, times] = UNITS[this.unit]
    const limit = this.request.given ?? this.find({ criterion: 'deficiency', quantity: kind })
    if (limit === null || (limit.value === null && limit.table === null)) return [limit, null]
    if (limit === this.request.given) return [limit, limit.value ?? Fraction.ZERO]
    const size = this.nominal.times(times)
    let found = limit.table === null ? limit.value : lookUp(limit.table, size)
    if (found === null) {
      const percent = limit.table?.beyondPercent ?? null
      found = percent && size.times(percent).over(100)
    } else if (limit.unit === '%') {
      found = size.times(found).over(100)
    }
    return [limit, found && roundedUp(found, kind, size).over(times)]
  }

  /** Return the row of the sample size, and why this sample is none of the plan; a typed plan has its own. */
  sampledAsPlanned(): [Limit | null, string | null] {
    if (this.isWhole || (this.request.given && this.request.typed.has('k'))) return [this.criterion('mean', 'k'), null]
    const limit = this.criterion('size')
    const planned = this.number(limit)
    const lot = `lô ${this.size}`
    if (limit && planned === null) return [limit, `${lot} ${PIECES} không có phương án lấy mẫu: phải đo toàn bộ`]
    if (planned?.compare(Fraction.of(this.actual.length))) {
      return [limit, `đã đo ${this.actual.length} ${PIECES}, phương án của ${lot} là ${vi(short(planned))}`]
    }
    return [limit, null]
  }

  private find(parameters: { [name: string]: string }): Limit | null {
    return this.request.rules.find(NAME, this.request.on, this.request.context, parameters)
  }
}

function roundedUp(value: Fraction, kind: string, size: Fraction): Fraction {
  if (kind === 'length' || kind === 'area') return value
  const step = kind !== 'count' && size.compare(FINE_UP_TO) <= 0 ? Fraction.of(1, 10) : Fraction.ONE
  return Fraction.of(value.over(step).ceil()).times(step)
}

/** Return the row that decides least: a verdict rests on all of them. */
function weakest(...limits: (Limit | null)[]): Limit | null {
  for (const limit of limits) if (limit === null || limit.status === 'unconfirmed') return limit
  return limits[0] ?? null
}

/** Judge the mean, the number of nonconforming units (T1) and of units that lack more than twice T (T2). */
function lot(request: Request): Result {
  const lot = Lot.of(request)
  const [limit, tolerable] = lot.tolerable()
  const errors = lot.actual.map((each) => each.minus(lot.nominal))
  const shortages = errors.map((error) => shortageOf(error, tolerable))
  const t2 = tolerable && shortages.filter((each) => each === 'T2').length
  const t1 = tolerable && shortages.filter((each) => each !== null).length
  const [average, meanText] = meanOf(lot)
  const judged = [average, count(lot, 't1', limit, t1), count(lot, 't2', limit, t2)]
  const rows = request.rows.map((row, n) => ({
    ...row.raw,
    error: fixed(errors[n] ?? Fraction.ZERO, lot.places),
    shortage: shortages[n] ?? null,
  }))
  const [ofMean, ofT1, ofT2] = judged.map((each) => ({ verdict: each.verdict, limit: each.limitJson() }))
  const shown = {
    mean: meanText,
    tolerable: tolerable && short(tolerable),
    t1: t1 === null ? null : String(t1),
    t2: t2 === null ? null : String(t2),
    ...meanLimit(lot, average),
  }
  const allowed = [ofT1?.limit?.['value'] ?? null, ofT2?.limit?.['value'] ?? null]
  const criteria = { mean: ofMean ?? null, t1: ofT1 ?? null, t2: ofT2 ?? null }
  return conclude(judged, rows, [figures(lot, shown, allowed)], { ...shown, criteria })
}

function shortageOf(error: Fraction, tolerable: Fraction | null): 'T1' | 'T2' | null {
  if (tolerable === null || error.plus(tolerable).sign >= 0) return null
  return error.plus(tolerable.times(2)).sign < 0 ? 'T2' : 'T1'
}

/** Judge mean >= Qn - k s without taking the root: (Qn - mean)² against k² s². */
function meanOf(lot: Lot): [Judged, string] {
  const limit = lot.criterion('mean', 'k')
  const k = lot.number(limit, 'k')
  let [planned, reason] = lot.sampledAsPlanned()
  const [average, n] = [mean(lot.actual), lot.actual.length]
  const spread = n > 1 ? variance(lot.actual) : null
  if (spread === null && k?.sign && reason === null) reason = `một ${PIECES} chưa đủ để tính độ lệch chuẩn s`
  let allowance: Allowance | null = null
  if (k !== null && reason === null && (spread !== null || !k.sign)) {
    const square = k.times(k).times(spread ?? Fraction.ZERO)
    const value = short(Fraction.from(root(square, lot.places + 3)))
    allowance = { upper: null, lower: square, value, unit: lot.unit, squared: true }
  }
  const place = `lượng trung bình của ${n} ${PIECES} so với lượng danh định`
  const error = average.minus(lot.nominal)
  const figure = { error, printed: fixed(error, lot.places + 3), unit: lot.unit }
  const judged = new Judged({ ...figure, limit: weakest(limit, planned), allowance, place, reason, noBasis: NO_BASIS })
  return [judged, fixed(average, lot.places + 3)]
}

/** Return s and Qn - k s as they are printed, where they can be computed. */
function meanLimit(lot: Lot, average: Judged): { standard_deviation: string | null; mean_limit: string | null } {
  const allowance = average.allowance
  return {
    standard_deviation: lot.actual.length > 1 ? root(variance(lot.actual), lot.places + 4) : null,
    mean_limit: allowance && fixed(lot.nominal.minus(Fraction.from(allowance.value)), lot.places + 3),
  }
}

/** Judge how many units lack more than T (T1) or 2T (T2); a count rests on the row of T too. */
function count(lot: Lot, name: 't1' | 't2', tolerable: Limit | null, found: number | null): Judged {
  const limit = lot.criterion(name, 'allowed')
  const isTyped = limit !== null && limit === lot.request.given
  const [planned, reason] = isTyped || lot.isWhole ? [limit, null] : lot.sampledAsPlanned()
  // Of a typed plan `allowed` counts T1; no plan allows a unit beyond 2T.
  let allowed = isTyped && name === 't2' ? Fraction.ZERO : lot.number(limit, 'allowed')
  if (allowed && limit?.unit === '%' && !isTyped) allowed = allowed.times(Fraction.of(lot.size)).over(100)
  let allowance: Allowance | null = null
  if (allowed && found !== null && reason === null) {
    allowance = { upper: allowed, lower: null, value: String(allowed.floor()), unit: PIECES }
  }
  return new Judged({
    error: Fraction.of(found ?? 0),
    printed: String(found ?? 0),
    unit: PIECES,
    limit: weakest(limit, tolerable, planned),
    allowance,
    place: { t1: 'số đơn vị thiếu quá T', t2: 'số đơn vị thiếu quá 2T' }[name],
    reason,
    signed: false,
    noBasis: NO_BASIS,
  })
}

/** Return the figures of all criteria together, as they stand in minutes. */
function figures(
  lot: Lot,
  shown: { mean: string; mean_limit: string | null; tolerable: string | null; t1: string | null; t2: string | null },
  allowed: unknown[],
): string {
  const words = [`lượng trung bình ${vi(shown.mean)} ${lot.unit}`]
  if (shown.mean_limit !== null) words.push(`giới hạn dưới ${vi(shown.mean_limit)} ${lot.unit}`)
  if (shown.tolerable !== null) {
    words.push(`T = ${vi(shown.tolerable)} ${lot.unit}`)
    for (const [n, lacks] of ['quá T', 'quá 2T'].entries()) {
      const most = allowed[n] === null ? '' : ` (cho phép ${allowed[n]})`
      words.push(`${n ? shown.t2 : shown.t1} ${PIECES} thiếu ${lacks}${most}`)
    }
  }
  return words.join(', ')
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: NAME,
    parameters: ['nominal', 'unit', 'lot_size'],
    row: ['actual'],
    units: ['%', FACTOR, PIECES, ...UNIT_NAMES],
    run: lot,
    oneSided: true,
    resolved: ['actual'],
    typed: ['k', 'allowed'],
  },
]
