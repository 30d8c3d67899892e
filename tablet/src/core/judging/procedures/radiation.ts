// Diagnostic X-ray rooms: twin of checklists/procedures/radiation.py. Net dose rate at a point, natural background not
// counted (TTLT 13/2014 Điều 10 khoản 3).

import type { State } from '../../types'
import { Fraction, greater } from '../decimal'
import { fixed, mean, root, short, variance } from './figures'
import type { Procedure, Request, Result } from './readings'
import { type Allowance, conclude, Judged } from './verdicts'

const PLACES = ['control', 'public', 'residential'] as const
const PLACES_VI = { control: 'phòng điều khiển', public: 'nơi công chúng', residential: 'nơi giáp nhà ở' }
const UNIT = 'µSv/h'

/** Judge each point: H_net = (mean R - mean B) x CF; below zero counts as zero and is printed as measured. */
function doseRate(request: Request): Result {
  const background = mean(request.parameters.readings('background').map((value) => value.exact))
  const corrected = request.parameters.has('factor')
  const factor = corrected ? request.parameters.positive('factor').exact : Fraction.ONE
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const readings = row.readings('readings').map((value) => value.exact)
    const place = row.choice('place', PLACES)
    const found = mean(readings)
    const net = found.minus(background).times(factor)
    const limit = request.limit('dose-rate', { place })
    const value = limit?.value ?? null
    const allowance: Allowance | null = value && { upper: value, lower: null, value: short(value), unit: UNIT }
    const printed = fixed(net, 4)
    const one = new Judged({
      error: greater(net, Fraction.ZERO),
      printed,
      unit: UNIT,
      limit,
      allowance,
      place: `suất liều đã trừ phông tại ${row.raw['point'] || `điểm ${n + 1}`} (${PLACES_VI[place]})`,
      signed: false,
      noBasis: 'thiếu căn cứ giới hạn suất liều',
    })
    judged.push(one)
    rows.push({
      ...row.raw,
      mean: fixed(found, 4),
      standard_deviation: readings.length > 1 ? root(variance(readings), 4) : null,
      net: printed,
      error: printed,
      corrected,
      limit: one.limitJson(),
      verdict: one.verdict,
    })
  }
  const notes = corrected ? [] : ['chưa hiệu chỉnh: không có hệ số hiệu chuẩn CF của máy đo']
  return conclude(judged, rows, notes, { background_mean: fixed(background, 4) })
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'dose-rate',
    parameters: ['background', 'factor'],
    row: ['point', 'place', 'readings'],
    units: [UNIT],
    run: doseRate,
    oneSided: true,
  },
]
