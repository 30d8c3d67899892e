// What a procedure is given: twin of checklists/procedures/readings.py. Strict parsing into exact numbers.

import type { Json, State, Verdict } from '../../types'
import { isDay } from '../calendar'
import { Decimal } from '../decimal'
import type { Context, Limit, RuleSet } from '../limits'
import { head, length, own } from '../plain'
import { isMap } from '../../reading'

const CONTEXTS: readonly Context[] = ['verification', 'inspection']
// More rows than any field table has; keeps one request from holding a tablet.
const MAX_ROWS = 1000
const MAX_READINGS = 100
const MAX_TEXT = 200
// A row may carry these words for the reader; they are given back and never judged.
const LABELS: readonly string[] = ['label', 'note', 'point', 'position']
const RESOLUTION = 'resolution'
const NUMBER = /^-?\d{1,12}(\.\d{1,9})?$/
const REQUEST_KEYS = ['context', 'date', 'limit', 'parameters', 'rows']
const PLAIN_LIMIT = ['value', 'unit']
const LIMIT_KEYS = ['value', 'unit', 'lower', 'floor', 'floor_unit']

/** Readings that cannot be computed with. `field` is a path such as `rows[2].v_fd`, counted from 0. */
export class ProcedureInputError extends Error {
  constructor(readonly field: string, readonly messageVi: string) {
    super(`${field}: ${messageVi}`)
    this.name = 'ProcedureInputError'
  }
}

/** What a procedure answers; some add figures of the whole series beside these. */
export interface Result {
  rows: State[]
  limit: State | null
  verdict: Verdict
  explanation: string
  [figure: string]: Json
}

/** The parameters or one row of a request, read key by key. `path` names it in complaints. */
export class Group {
  constructor(readonly path: string, readonly raw: State) {}

  /** Tell whether an optional key was given. */
  has(key: string): boolean {
    const value = own(this.raw, key)
    return value !== null && value !== undefined
  }

  /** Return a number that must be there. */
  number(key: string): Decimal {
    return number(this.required(key), this.at(key))
  }

  /** Return a number above zero. */
  positive(key: string): Decimal {
    const value = this.number(key)
    if (value.exact.sign <= 0) throw new ProcedureInputError(this.at(key), 'phải lớn hơn 0')
    return value
  }

  /** Return a number that is zero or more. */
  notNegative(key: string): Decimal {
    const value = this.number(key)
    if (value.exact.sign < 0) throw new ProcedureInputError(this.at(key), 'không được âm')
    return value
  }

  /** Return a whole number above zero. */
  whole(key: string): bigint {
    const value = this.positive(key).exact
    if (!value.isWhole) throw new ProcedureInputError(this.at(key), 'phải là số nguyên')
    return value.floor()
  }

  /** Return a day that must be there, as YYYY-MM-DD. */
  day(key: string): string {
    return day(this.required(key), this.at(key))
  }

  /** Return one of the named words. */
  choice<Word extends string>(key: string, choices: readonly Word[], otherwise?: Word): Word {
    if (otherwise !== undefined && !this.has(key)) return otherwise
    const value = this.required(key)
    const found = choices.find((word) => word === value)
    if (found === undefined) throw new ProcedureInputError(this.at(key), `phải là một trong: ${choices.join(', ')}`)
    return found
  }

  /** Return a list of at least one reading, none below zero. */
  readings(key: string): Decimal[] {
    const values = this.required(key)
    const at = this.at(key)
    if (!Array.isArray(values) || !values.length) {
      throw new ProcedureInputError(at, 'phải là danh sách có ít nhất một số đo')
    }
    if (values.length > MAX_READINGS) throw new ProcedureInputError(at, `nhiều nhất ${MAX_READINGS} số đo`)
    const found = values.map((value, n) => number(value, `${at}[${n}]`))
    const below = found.findIndex((value) => value.exact.sign < 0)
    if (below >= 0) throw new ProcedureInputError(`${at}[${below}]`, 'không được âm')
    return found
  }

  private required(key: string): Json {
    const value = own(this.raw, key)
    if (value === null || value === undefined) throw new ProcedureInputError(this.at(key), 'thiếu giá trị này')
    return value
  }

  private at(key: string): string {
    return `${this.path}.${key}`
  }
}

/** One evaluation: exact numbers, a day, a context, and the limit typed by the caller if any. */
export class Request {
  constructor(
    readonly on: string,
    readonly context: Context,
    readonly parameters: Group,
    readonly rows: Group[],
    readonly given: Limit | null,
    readonly rules: RuleSet,
    readonly typed: Group,
  ) {}

  /** Return the given limit, or the row of the rule set in force on the day, or null. */
  limit(procedure: string, parameters: { [name: string]: string } = {}): Limit | null {
    return this.given ?? this.rules.find(procedure, this.on, this.context, parameters)
  }

  /**
   * Return the one unit of all figures; refuses a row, or a typed limit, in another one.
   *
   * `besides` are the units relative to the figures (`e`, `%`) that a limit may have all the same.
   */
  unit<Unit extends string>(choices: readonly Unit[], otherwise?: Unit, besides: readonly string[] = []): Unit {
    const unit = this.parameters.choice('unit', choices, otherwise)
    for (const row of this.rows) {
      if (row.has('unit') && own(row.raw, 'unit') !== unit) {
        throw new ProcedureInputError(`${row.path}.unit`, `đơn vị phải là ${unit} như các số đo khác`)
      }
    }
    if (this.given) {
      for (const [key, used] of [['unit', this.given.unit], ['floor_unit', this.given.floorUnit]]) {
        if (used !== null && used !== undefined && used !== unit && !besides.includes(used)) {
          throw new ProcedureInputError(`limit.${key}`, `đơn vị phải là ${[...besides, unit].join(' hoặc ')} như các số đo`)
        }
      }
    }
    return unit
  }
}

/** Return the number of a plain decimal text; refuses everything that could be read in two ways. */
export function number(value: unknown, field: string): Decimal {
  if (typeof value !== 'string') {
    throw new ProcedureInputError(field, 'phải là số thập phân viết thành chuỗi, ví dụ "20.00"')
  }
  if (NUMBER.test(value)) return Decimal.from(value)
  if (value.includes(',')) throw new ProcedureInputError(field, 'dùng dấu chấm thập phân, không dùng dấu phẩy')
  throw new ProcedureInputError(field, 'không phải số thập phân hợp lệ (nhiều nhất 12 chữ số nguyên và 9 chữ số lẻ)')
}

/**
 * One metrological procedure: the keys it takes, the units its limit may be typed in, and its computation.
 *
 * `resolved`: what the instrument itself shows, never finer than its resolution. `typed`: numbers of a typed limit beside
 * its value.
 */
export interface Procedure {
  name: string
  parameters: readonly string[]
  row: readonly string[]
  units: readonly string[]
  run: (request: Request) => Result
  oneSided?: boolean
  resolved?: readonly string[]
  typed?: readonly string[]
}

/** Return the request as typed values; refuses unknown keys, no rows, too many rows and mixed-up units. */
export function parse(raw: unknown, rules: RuleSet, procedure: Procedure): Request {
  if (!isMap(raw)) throw new ProcedureInputError('request', 'phải là một đối tượng JSON')
  refuseUnknown(raw, REQUEST_KEYS, 'request')
  const context = CONTEXTS.find((known) => known === own(raw, 'context'))
  if (context === undefined) {
    throw new ProcedureInputError('context', 'phải là verification (kiểm định) hoặc inspection (kiểm tra)')
  }
  const parameters = own(raw, 'parameters') ?? {}
  if (!isMap(parameters)) throw new ProcedureInputError('parameters', 'phải là một đối tượng JSON')
  const resolved = procedure.resolved ?? []
  refuseUnknown(parameters, resolved.length ? [...procedure.parameters, RESOLUTION] : procedure.parameters, 'parameters')
  const limit = own(raw, 'limit') ?? null
  // Where the unit is a parameter, a row may name its own, to be compared.
  const row = procedure.parameters.includes('unit') ? [...procedure.row, 'unit'] : procedure.row
  const request = new Request(
    day(own(raw, 'date'), 'date'),
    context,
    new Group('parameters', parameters),
    rowsOf(own(raw, 'rows'), row),
    given(limit, procedure),
    rules,
    new Group('limit', isMap(limit) ? limit : {}),
  )
  refuseFiner(request, resolved)
  return request
}

/** Return a day written YYYY-MM-DD that is in the calendar; refuses everything else. */
export function day(value: unknown, field: string): string {
  if (typeof value === 'string' && isDay(value)) return value
  throw new ProcedureInputError(field, 'phải là ngày dạng YYYY-MM-DD')
}

/** Refuse an indication with more decimals than the instrument shows; zeros at the end say nothing. */
function refuseFiner(request: Request, resolved: readonly string[]): void {
  if (!request.parameters.has(RESOLUTION)) return
  const step = request.parameters.positive(RESOLUTION)
  for (const row of request.rows) {
    for (const key of resolved) {
      if (row.has(key) && row.number(key).needed > step.needed) {
        const shown = String(step).replaceAll('.', ',')
        throw new ProcedureInputError(`${row.path}.${key}`, `nhiều chữ số lẻ hơn độ phân giải ${shown} của máy`)
      }
    }
  }
}

function rowsOf(raw: unknown, allowed: readonly string[]): Group[] {
  if (!Array.isArray(raw) || !raw.length) throw new ProcedureInputError('rows', 'chưa có số đo: phải có ít nhất một dòng')
  if (raw.length > MAX_ROWS) throw new ProcedureInputError('rows', `nhiều nhất ${MAX_ROWS} dòng`)
  const keys = [...new Set([...allowed, ...LABELS])]
  return raw.map((row: unknown, n) => {
    const path = `rows[${n}]`
    if (!isMap(row)) throw new ProcedureInputError(path, 'phải là một đối tượng JSON')
    refuseUnknown(row, keys, path)
    for (const key of LABELS) {
      const value = own(row, key) ?? null
      if (value !== null && !(typeof value === 'string' && length(value) <= MAX_TEXT)) {
        throw new ProcedureInputError(`${path}.${key}`, `phải là chữ, nhiều nhất ${MAX_TEXT} ký tự`)
      }
    }
    return new Group(path, row)
  })
}

/** Return the limit typed by the caller; its unit must be one that the procedure compares in. */
function given(raw: Json, procedure: Procedure): Limit | null {
  if (raw === null) return null
  if (!isMap(raw)) throw new ProcedureInputError('limit', 'phải là null hoặc {value, unit}')
  refuseUnknown(raw, [...(procedure.oneSided ? PLAIN_LIMIT : LIMIT_KEYS), ...(procedure.typed ?? [])], 'limit')
  const group = new Group('limit', raw)
  const hasFloor = group.has('floor') || group.has('floor_unit')
  return {
    procedure: '',
    context: 'any',
    parameters: {},
    value: group.notNegative('value').exact,
    unit: unitOf(group, 'unit', procedure.units),
    lower: group.has('lower') ? group.notNegative('lower').exact : null,
    floor: hasFloor ? group.notNegative('floor').exact : null,
    floorUnit: hasFloor ? unitOf(group, 'floor_unit', procedure.units) : null,
    table: null,
    source: 'giới hạn do người dùng nhập',
    validFrom: '0001-01-01',
    validTo: null,
    status: 'given',
    note: null,
  }
}

function unitOf(group: Group, key: string, units: readonly string[]): string {
  const value = own(group.raw, key)
  // Both micro signs are typed in practice; NFC keeps them apart.
  const unit = typeof value === 'string' ? value.replaceAll('\u03bc', '\u00b5') : value
  if (typeof unit !== 'string' || !units.includes(unit)) {
    throw new ProcedureInputError(`${group.path}.${key}`, `đơn vị phải là ${units.join(' hoặc ')}`)
  }
  return unit
}

function refuseUnknown(raw: State, allowed: readonly string[], path: string): void {
  for (const key of Object.keys(raw)) {
    if (!allowed.includes(key)) {
      const used = [...allowed].sort().join(', ') || 'không có'
      throw new ProcedureInputError(`${path}.${head(key, 40)}`, `khóa lạ; được dùng: ${used}`)
    }
  }
}
