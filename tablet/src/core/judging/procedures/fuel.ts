// Fuel dispensers (cột đo xăng dầu): twin of checklists/procedures/fuel.py. Formulas of ĐLVN 10:2011.
// A positive volume error short-changes the customer (đong thiếu).

import type { State } from '../../types'
import type { Fraction } from '../decimal'
import { fixed, mean } from './figures'
import type { Procedure, Request, Result } from './readings'
import { conclude, Judged, symmetric } from './verdicts'

/** Judge each run, or the mean of all runs where `verdict_on` says so. */
function delivery(request: Request): Result {
  const verdictOn = request.parameters.choice('verdict_on', ['each', 'mean'], 'each')
  const limit = request.limit('fuel-delivery')
  const allowance = symmetric(limit, asIs)
  const errors: Fraction[] = []
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [shown, delivered] = [row.notNegative('v_fd').exact, row.positive('v_ref').exact]
    const error = shown.minus(delivered).times(100).over(delivered)
    const printed = fixed(error, 4)
    const flow: State = row.has('seconds') ? { flow: fixed(shown.times(60).over(row.positive('seconds').exact), 2) } : {}
    const one = new Judged({ error, printed, unit: '%', limit, allowance, place: `sai số lần ${n + 1}` })
    errors.push(error)
    judged.push(one)
    const verdict: State = verdictOn === 'each' ? { verdict: one.verdict } : {}
    rows.push({ ...row.raw, error: printed, ...flow, ...verdict })
  }
  const average = mean(errors)
  const printed = fixed(average, 4)
  if (verdictOn === 'each') return conclude(judged, rows, [], { mean_error: printed })
  const place = `sai số trung bình của ${errors.length} lần đo`
  const whole = new Judged({ error: average, printed, unit: '%', limit, allowance, place })
  return conclude([whole], rows, [], { mean_error: printed })
}

function asIs(_unit: string, value: Fraction): Fraction {
  return value
}

/** Judge the displayed amount against volume times unit price, exactly. */
function price(request: Request): Result {
  const limit = request.limit('fuel-price')
  const allowance = symmetric(limit, asIs)
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [volume, unitPrice] = [row.notNegative('volume'), row.notNegative('unit_price')]
    const shown = row.notNegative('price')
    const error = shown.exact.minus(volume.exact.times(unitPrice.exact))
    const printed = fixed(error, Math.max(shown.scale, volume.scale + unitPrice.scale))
    const one = new Judged({ error, printed, unit: 'đ', limit, allowance, place: `sai số tính tiền lần ${n + 1}` })
    judged.push(one)
    rows.push({ ...row.raw, error: printed, verdict: one.verdict })
  }
  return conclude(judged, rows)
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'fuel-delivery',
    parameters: ['verdict_on'],
    row: ['v_fd', 'v_ref', 'seconds'],
    units: ['%'],
    run: delivery,
    resolved: ['v_fd'],
  },
  { name: 'fuel-price', parameters: [], row: ['volume', 'unit_price', 'price'], units: ['đ'], run: price },
]
