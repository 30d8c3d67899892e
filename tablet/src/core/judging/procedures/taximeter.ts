// Taximeters: twin of checklists/procedures/taximeter.py. The distance shown against a measured one.

import type { State } from '../../types'
import type { Fraction } from '../decimal'
import { fixed } from './figures'
import type { Procedure, Request, Result } from './readings'
import { conclude, Judged, symmetric } from './verdicts'

/** Judge each run; a limit may be relative, in metres, or the greater of both. */
function distance(request: Request): Result {
  const test = request.parameters.choice('test', ['vehicle', 'meter_alone'], 'vehicle')
  const limit = request.limit('taximeter-distance', { test })
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [shown, truth] = [row.notNegative('indicated').exact, row.positive('reference').exact]
    const error = shown.minus(truth).times(100).over(truth)
    const percent = (unit: string, value: Fraction) => (unit === '%' ? value : value.times(100).over(truth))
    const printed = fixed(error, 4)
    const allowance = symmetric(limit, percent)
    const one = new Judged({ error, printed, unit: '%', limit, allowance, place: `sai số lần ${n + 1}` })
    judged.push(one)
    rows.push({ ...row.raw, error: printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows)
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'taximeter-distance',
    parameters: ['test'],
    row: ['indicated', 'reference'],
    units: ['%', 'm'],
    run: distance,
    resolved: ['indicated'],
  },
]
