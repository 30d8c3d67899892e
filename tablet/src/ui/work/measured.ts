// What stands beside a measured row: its error, the limit, and whether it goes beyond. The figures come from the twins.
import type { Computed, Item, State } from '../../core/types.ts'
import { map } from '../../core/reading.ts'
import { text } from './reading.ts'

/** Units of the errors that procedures compute; the others keep the unit of their readings (sync/paper_results.py). */
const ERROR_UNITS: { readonly [procedure: string]: string } = {
  'fuel-delivery': '%', 'fuel-price': 'đ', 'taximeter-distance': '%', 'gold-mass': 'mg', 'gold-fineness': '%', 'dose-rate': 'µSv/h',
  'electricity-error': '%', 'leak-rate': 'mmHg/min', validity: '', 'source-sweep': '',
}
const TITLES: { readonly [procedure: string]: string } = {
  'gold-mass': 'difference', 'gold-fineness': 'difference', 'prepackage-lot': 'difference', 'dose-rate': 'net', 'leak-rate': 'leak',
  'scale-interval': 'interval', 'gold-scale-interval': 'interval', validity: 'days', 'registered-minimum': 'mean', 'source-sweep': 'ratio',
}
/** Procedures whose limit bounds both sides of zero in the unit of the error, so that one row can be told from it. */
const TWO_SIDED = new Set(['fuel-delivery', 'fuel-price', 'taximeter-distance', 'electricity-error', 'clinical-thermometer', 'blood-pressure', 'comparison'])

export interface RowResult {
  /** Which figure it is: an error, a difference, a ratio; a key of the words. */
  title: string
  figure: string
  unit: string
  limit: string
  /** True: beyond the limit; null: that cannot be told of one row alone. */
  isOver: boolean | null
}

/** What the procedure says of each row, where it says something of each (`rows` of its answer). */
export function rowResults(item: Item, rows: readonly State[], overall: Computed | null, readingUnit: string): (RowResult | null)[] {
  const procedure = item.procedure?.name ?? ''
  return rows.map((row) => {
    const figure = text(row.error)
    const limit = row.limit === undefined ? map(Array.isArray(overall?.limit) ? null : overall?.limit) : map(row.limit)
    const unit = isRelative(item) ? '%' : (ERROR_UNITS[procedure] ?? readingUnit)
    const isOver = row.verdict === 'fail' ? true : row.verdict === 'pass' ? false : isBeyond(procedure, figure, unit, limit)
    return figure === '' ? null : { title: TITLES[procedure] ?? 'error', figure, unit, limit: limitWords(limit), isOver }
  })
}

/** A limit as a person reads it: ±0,5 %; with both sides where they differ. */
export function limitWords(limit: State): string {
  const value = text(limit.value)
  if (value === '') return ''
  const lower = text(limit.lower)
  const number = lower === '' ? value : `+${value}/−${lower}`
  return `${number.replaceAll('.', ',')} ${text(limit.unit)}`.trim()
}

function isRelative(item: Item): boolean {
  return item.procedure?.parameters.error?.value === 'relative'
}

/** Whether a figure is beyond a limit that may not decide: said beside the row, never a verdict. */
function isBeyond(procedure: string, figure: string, unit: string, limit: State): boolean | null {
  const value = text(limit.value)
  if (!TWO_SIDED.has(procedure) || value === '' || text(limit.unit) !== unit) return null
  const [error, upper, lower] = [figure, value, text(limit.lower) || value].map(Number)
  if (error === undefined || upper === undefined || lower === undefined || Number.isNaN(error + upper + lower)) return null
  return error > upper || error < -lower
}
