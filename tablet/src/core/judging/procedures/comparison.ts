// The general comparison: twin of checklists/procedures/comparison.py. What an instrument shows against a reference.

import type { State } from '../../types'
import type { Fraction } from '../decimal'
import type { Limit } from '../limits'
import { byCodePoints } from '../plain'
import { fixed } from './figures'
import type { Procedure, Request, Result } from './readings'
import { conclude, Judged, symmetric } from './verdicts'

const UNITS = [
  ...['mg', 'g', 'kg', 't', 'mL', 'L', 'L/min', 'mm', 'cm', 'm', 'km', 'mm/s', 's', 'min', 'Hz'],
  ...['°C', '%RH', 'kPa', 'mmHg', 'mV', 'V', 'A', 'W', 'Wh', 'kWh', 'kV', 'mA', 'mAs', 'mSv', 'µSv/h', 'lần/phút'],
]
const PERCENT = '%'
export const READINGS = ['reference', 'indication']

/** Judge each pair of readings by the row of the named quantity, or by the limit that was typed. */
function comparison(request: Request): Result {
  const isRelative = request.parameters.choice('error', ['absolute', 'relative'], 'absolute') === 'relative'
  const unit = request.unit([...UNITS, PERCENT], undefined, [PERCENT])
  const known: { [name: string]: string } = request.parameters.has('quantity') ? { quantity: quantity(request) } : {}
  return compare(request, request.limit('comparison', known), unit, { isRelative })
}

/** Return the quantity; one that no row of the rule set has ever named is a slip of the pen. */
function quantity(request: Request): string {
  const rows = request.rules.limits.filter((row) => row.procedure === 'comparison')
  const named = [...new Set(rows.flatMap((row) => row.parameters['quantity'] ?? []))].sort(byCodePoints)
  return request.parameters.choice('quantity', named)
}

/** Judge I - R of each row in `unit`, or 100 (I - R) / R in %; a limit may be written in either, or as the greater. */
export function compare(
  request: Request,
  limit: Limit | null,
  unit: string,
  { isRelative = false, notes = [] }: { isRelative?: boolean; notes?: string[] } = {},
): Result {
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [reference, indication] = [row.number('reference'), row.number('indication')]
    const truth = reference.exact
    const byPercent = limit !== null && unit !== PERCENT && [limit.unit, limit.floorUnit].includes(PERCENT)
    // 5 % of nothing, or of a temperature below zero, is no limit.
    if (isRelative || byPercent) row.positive('reference')
    const size = (of: string, value: Fraction): Fraction => {
      if (of === PERCENT) return isRelative || unit === PERCENT ? value : value.times(truth).over(100)
      return isRelative ? value.times(100).over(truth) : value
    }
    const difference = indication.exact.minus(truth)
    const error = isRelative ? difference.times(100).over(truth) : difference
    const printed = fixed(error, isRelative ? 4 : Math.max(reference.scale, indication.scale))
    const shown = isRelative ? PERCENT : unit
    const place = `sai số lần ${n + 1}`
    const one = new Judged({ error, printed, unit: shown, limit, allowance: symmetric(limit, size), place })
    judged.push(one)
    rows.push({ ...row.raw, error: printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows, notes)
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'comparison',
    parameters: ['quantity', 'unit', 'error'],
    row: READINGS,
    units: [PERCENT, ...UNITS],
    run: comparison,
    resolved: ['indication'],
  },
]
