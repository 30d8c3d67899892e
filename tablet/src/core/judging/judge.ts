// From a checklist item and its finding to a computed verdict: twin of checklists/judge.py. Gathers readings by bindings.

import type { Computed, Item, Json, ProcedureUse, Rules, State } from '../types'
import type { Answers } from './conditions'
import type { Context } from './limits'
import { BLANK, own, strip } from './plain'
import { isMap } from '../reading'
import { evaluate } from './procedures/evaluate'
import { ProcedureInputError, type Result } from './procedures/readings'

// Keys whose procedure takes a list of readings, wherever they were typed.
const LISTS = ['readings', 'background']
// A comma separates nothing: it may be a decimal comma, and that must be seen.
const SIDE_BY_SIDE = new RegExp(`[;${BLANK}]+`)
const ROW = /^rows\[(\d+)\](?:\.([\p{L}\p{N}_]+))?(?:\[(\d+)\])?$/u
const PARAMETER = /^parameters\.([\p{L}\p{N}_]+)(?:\[(\d+)\])?$/u

/**
 * Return what the server computes for a finding; null without procedure.
 *
 * Bindings: `{from: "subject.attributes.e"}`, `{from: "item:KEY"}` or `{from: "item:KEY.field"}` (a value, or a column of
 * its rows), `{value: "each"}`; a row key names a column, or several separated by commas: all of them for a list of
 * readings, else the first that is filled. An item without columns is one row of its own fields. Readings that cannot be
 * computed with are inconclusive with the row and column named, never an exception. `on`: YYYY-MM-DD.
 */
export function judgeFinding(
  item: Item,
  finding: unknown,
  subject: unknown,
  answers: Answers,
  rules: Rules,
  on: string,
  context: Context,
): Computed | null {
  const use = item.procedure
  if (use === null) return null
  try {
    const result = measure(item, use, finding, subject, answers, rules, on, context)
    return {
      errors: result.rows.map((row) => String(row['error'])),
      limit: result.limit,
      verdict: result.verdict,
      explanation: result.explanation,
    }
  } catch (problem) {
    if (!(problem instanceof ProcedureInputError)) throw problem
    const explanation = `chưa kết luận: ${placeOf(problem.field, item, use)}${problem.messageVi}`
    return { errors: [], limit: null, verdict: 'inconclusive', explanation }
  }
}

/** Return all that the procedure of an item answers; refuses readings as `evaluate` does. */
export function measure(
  item: Item,
  use: ProcedureUse,
  finding: unknown,
  subject: unknown,
  answers: Answers,
  rules: Rules,
  on: string,
  context: Context,
): Result {
  const request = {
    date: on,
    context,
    // The item itself may carry a parameter beside its rows (the background of a survey).
    parameters: parametersOf(use, subject, { ...answers, [item.key]: finding }),
    rows: rowsOf(item, use, finding),
    limit: null,
  }
  return evaluate(use.name, request, rules)
}

function parametersOf(use: ProcedureUse, subject: unknown, answers: Answers): State {
  const bound: State = {}
  for (const [name, binding] of Object.entries(use.parameters)) {
    let value = Object.hasOwn(binding, 'value') ? binding.value : fetch(binding.from ?? '', subject, answers)
    if (LISTS.includes(name) && !isBlank(value)) value = filled(value)
    if (value !== undefined && !isBlank(value)) bound[name] = value
  }
  return bound
}

function fetch(path: string, subject: unknown, answers: Answers): Json | undefined {
  if (path.startsWith('item:')) {
    const [key = '', field = ''] = split(path.slice('item:'.length), '.')
    return answered(Object.hasOwn(answers, key) ? answers[key] : undefined, field)
  }
  const [first, ...steps] = path.split('.')
  if (first !== 'subject') return undefined
  if (!steps.length) return isMap(subject) ? subject : undefined
  const [head = '', ...rest] = steps
  return rest.reduce(own, own(subject, head))
}

function split(text: string, at: string): [string, string] {
  const place = text.indexOf(at)
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + at.length)]
}

/** Return one value of another item; without a field name, its only value, or all cells of its only column. */
function answered(finding: unknown, field: string): Json | undefined {
  const entered = own(finding, 'values')
  const values = isMap(entered) ? entered : {}
  if (Object.hasOwn(values, field)) return values[field]
  if (!field && !isBlank(own(values, 'value'))) return own(values, 'value')
  const [only, ...more] = Object.values(values)
  if (!field && only !== undefined && !more.length) return only
  const listed = own(finding, 'rows')
  const rows = Array.isArray(listed) ? listed.filter(isMap) : []
  const columns = new Set(rows.flatMap((row) => Object.keys(row)))
  const column = field || (columns.size === 1 ? [...columns].join() : '')
  const cells = rows.flatMap((row) => filled(own(row, column)))
  return cells.length ? cells : undefined
}

function rowsOf(item: Item, use: ProcedureUse, finding: unknown): Json[] {
  const values = own(finding, 'values')
  const raw = item.columns.length ? own(finding, 'rows') : isEmpty(values) ? [] : [values ?? null]
  return Array.isArray(raw) ? raw.map((row) => rowOf(use, row)) : []
}

function rowOf(use: ProcedureUse, row: Json): Json {
  if (!isMap(row)) return row
  const bound: State = {}
  for (const [key, columns] of Object.entries(use.rows)) {
    const cells = columns.split(',').map((column) => own(row, strip(column)))
    const value = LISTS.includes(key) ? cells.flatMap(filled) : cells.find((cell) => !isBlank(cell))
    if (value !== undefined && !isBlank(value)) bound[key] = value
  }
  return bound
}

/** Return the readings of a cell (a list, or one text with them side by side) without the boxes left empty. */
function filled(cell: Json | undefined): Json[] {
  const each = typeof cell === 'string' ? cell.split(SIDE_BY_SIDE) : Array.isArray(cell) ? cell : [cell]
  return each.flatMap((value) => (value === undefined || isBlank(value) ? [] : [value]))
}

function isBlank(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && !value.length)
}

/** Tell what Python takes for false: an item without columns has no row then. */
function isEmpty(values: Json | undefined): boolean {
  if (isMap(values)) return !Object.keys(values).length
  return !values || (Array.isArray(values) && !values.length)
}

/** Return where the trouble is, in the words of the checklist, counted from 1 as people do. */
function placeOf(path: string, item: Item, use: ProcedureUse): string {
  const row = ROW.exec(path)
  const [, parameter = '', single] = PARAMETER.exec(path) ?? []
  if (row === null && !parameter) return ''
  let [place, reading] = [`thông số ${parameter}`, single]
  if (row !== null) {
    const [, number, key] = row
    place = item.columns.length ? `dòng ${Number(number) + 1}` : ''
    if (key) place += `${item.columns.length ? ', cột' : 'ô'} ${named(key, item, use)}`
    reading = row[3]
  }
  if (reading) place += `, số đo thứ ${Number(reading) + 1}`
  return place && `${place}: `
}

function named(key: string, item: Item, use: ProcedureUse): string {
  const columns = (Object.hasOwn(use.rows, key) ? use.rows[key] ?? key : key).split(',').map(strip)
  const known = item.columns.length ? item.columns : item.fields
  return columns.map((column) => `“${known.find((each) => each.key === column)?.title.vi ?? column}”`).join(', ')
}
