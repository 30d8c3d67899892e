// Values and readings of one result as minutes print them: twin of _values and _table in sync/paper_results.py.
import { isMap } from '../reading'
import type { Json, State } from '../types'
import type { Context } from './context.ts'
import { absent, get, list, mapping, mappings, sorted, type Doc } from './shape.ts'
import { shortDay, text, word } from './words.ts'

const NUMBERED = new Set(['number', 'computed'])
/** Units of the errors that procedures compute; the others keep the unit of their readings. */
const ERROR_UNITS = {
  'fuel-delivery': '%',
  'fuel-price': 'đ',
  'taximeter-distance': '%',
  'gold-mass': 'mg',
  'gold-fineness': '%',
  'dose-rate': 'µSv/h',
  'electricity-error': '%',
  'leak-rate': 'mmHg/min',
  validity: 'ngày',
  'source-sweep': 'lần phông',
}
const ERROR_TITLES = {
  'gold-mass': 'Chênh lệch',
  'gold-fineness': 'Chênh lệch',
  'prepackage-lot': 'Chênh lệch',
  'dose-rate': 'Suất liều thực',
  'leak-rate': 'Độ rò',
  'scale-interval': 'Giá trị d',
  'gold-scale-interval': 'Giá trị e',
  validity: 'Còn hiệu lực',
  'registered-minimum': 'Trung bình',
  'source-sweep': 'Tỉ số với phông',
}

type Column = { title: string; unit: string; type: string }

/** The Vietnamese title of a field, a section, a choice. */
export function titleOf(doc: Doc, name = 'title'): string {
  return text(get(mapping(doc[name]), 'vi'))
}

/** Write the values that were entered, in the order of the form; what it does not know stands last. */
export function values(item: Doc, finding: Doc, context: Context): State[] {
  const entered = new Map(Object.entries(mapping(finding.values)))
  const printed: State[] = []
  for (const spec of mappings(item.fields)) {
    const value = entered.get(text(spec.key))
    entered.delete(text(spec.key))
    if (!absent(value)) printed.push(valueOf(titleOf(spec), spec, value, context.unit(spec, finding)))
  }
  // What a newer checklist or another program sent is printed too: it is part of what was signed.
  for (const key of sorted(entered.keys())) {
    const value = entered.get(key)
    if (!absent(value)) printed.push(valueOf(key === 'value' ? '' : key, item, value, text(item.unit)))
  }
  return printed
}

function valueOf(title: string, spec: Doc, value: Json | undefined, unit: string): State {
  return { title, type: kindOf(spec), unit, text: cell(spec, value) }
}

/** Write one value: choices by their title, days the Vietnamese way, numbers as the inspector wrote them. */
export function cell(spec: Doc, value: Json | undefined): string {
  if (Array.isArray(value)) return value.map((each) => cell(spec, each)).join('; ')
  if (spec.type === 'date') return shortDay(value)
  const titles = Object.fromEntries(list(spec.choices).map(choice))
  return word(titles, text(value))
}

function choice(choice: Json): [key: string, title: string] {
  const [key, title] = isMap(choice) ? [choice.key, choice.title] : list(choice)
  return [text(key), text(isMap(title) ? title.vi : title)]
}

/** Compose the readings row by row, with the error (and, where it differs, the limit) of each row at its end. */
export function table(item: Doc, finding: Doc, computed: Doc, context: Context): State | null {
  const rows = list(finding.rows)
  const used = (spec: Doc) => rows.some((row) => isMap(row) && !absent(row[text(spec.key)]))
  const specs = mappings(item.columns).filter(used)
  if (!rows.length || !specs.length) return null
  const columns = specs.map((spec) => ({ title: titleOf(spec), unit: context.unit(spec, finding), type: kindOf(spec) }))
  const cells = rows.map((row) => specs.map((spec) => (isMap(row) ? cell(spec, row[text(spec.key)]) : '')))
  const errors = list(computed.errors)
  if (errors.length === rows.length) addErrors(columns, cells, errors, mapping(item.procedure), get(computed, 'limit'))
  return { columns, rows: cells }
}

function kindOf(spec: Doc): string {
  return NUMBERED.has(text(spec.type)) ? 'number' : 'text'
}

function addErrors(columns: Column[], cells: string[][], errors: Json[], use: Doc, limit: Json): void {
  const procedure = text(use.name)
  const detailed = errors.map((error) => (isMap(error) ? error : { error }))
  // Errors of weighing have the unit of the readings, while their limit may be given in e.
  const readings = columns.find((column) => column.type === 'number' && column.unit)?.unit ?? ''
  const unit = text(detailed[0]?.unit) || (isRelative(use) ? '%' : word(ERROR_UNITS, procedure, readings))
  columns.push({ title: word(ERROR_TITLES, procedure, 'Sai số'), unit, type: 'number' })
  cells.forEach((row, index) => {
    const error = detailed[index] ?? {}
    row.push(text(Object.hasOwn(error, 'error') ? error.error : error.net))
  })
  const each = Array.isArray(limit) && limit.length === cells.length ? limit : detailed.map((error) => get(error, 'limit'))
  const given = each.filter(isMap)
  if (!given.length) return
  const units = new Set(given.map((row) => text(row.unit)))
  columns.push({ title: 'Giới hạn', unit: units.size === 1 ? ([...units][0] ?? '') : '', type: 'number' })
  cells.forEach((row, index) => row.push(text(mapping(each[index]).value)))
}

function isRelative(use: Doc): boolean {
  const error = mapping(mapping(use.parameters).error)
  return Object.keys(error).length === 1 && error.value === 'relative'
}
