// Medical group-2 instruments: twin of checklists/procedures/medical.py. Clinical thermometers, sphygmomanometers and how
// fast these leak.

import type { State } from '../../types'
import { compare, READINGS } from './comparison'
import { fixed } from './figures'
import { type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { atMost, conclude, Judged } from './verdicts'

// The first kind is the one where none was named.
const THERMOMETERS = { glass: 'thủy tinh - thủy ngân', electronic: 'điện tử tiếp xúc' }
const GAUGES = { electronic: 'điện tử', mechanical: 'thủy ngân hoặc lò xo' }
const PRESSURES = ['mmHg', 'kPa'] as const
const FALL = 'mmHg/min'

/** Return the kind of instrument, the first one where none was named, and the note that says so. */
function kindOf(request: Request, kinds: { [kind: string]: string }, what: string): [string, string[]] {
  const [otherwise = ''] = Object.keys(kinds)
  const kind = request.parameters.choice('kind', Object.keys(kinds), otherwise)
  const isUnsaid = request.given === null && !request.parameters.has('kind')
  return [kind, isUnsaid ? [`không ghi loại ${what}: lấy giới hạn của loại ${kinds[otherwise]}`] : []]
}

/** Judge each temperature: the limit above the true value is not the one below it (OIML R 7). */
function thermometer(request: Request): Result {
  const [kind, notes] = kindOf(request, THERMOMETERS, 'nhiệt kế')
  return compare(request, request.limit('clinical-thermometer', { kind }), '°C', { notes })
}

/** Judge each pressure, in the unit of the scale that was read. */
function bloodPressure(request: Request): Result {
  const [kind, notes] = kindOf(request, GAUGES, 'huyết áp kế')
  const unit = request.unit(PRESSURES, PRESSURES[0])
  for (const row of request.rows) row.notNegative('reference')
  return compare(request, request.limit('blood-pressure', { kind, unit }), unit, { notes })
}

/** Judge each run: how fast the pressure in the closed cuff falls. */
function leak(request: Request): Result {
  const [kind, notes] = kindOf(request, GAUGES, 'huyết áp kế')
  const limit = request.limit('leak-rate', { kind })
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, row] of request.rows.entries()) {
    const [start, end, seconds] = [row.positive('start').exact, row.notNegative('end').exact, row.positive('seconds').exact]
    if (end.compare(start) > 0) {
      throw new ProcedureInputError(`${row.path}.end`, 'không được lớn hơn áp suất lúc đầu')
    }
    const rate = start.minus(end).times(60).over(seconds)
    const figure = { error: rate, printed: fixed(rate, 2), unit: FALL, signed: false }
    const [allowance, place] = [atMost(limit, start), `độ rò lần ${n + 1}`]
    const one = new Judged({ ...figure, limit, allowance, place, noBasis: 'thiếu căn cứ về độ rò' })
    judged.push(one)
    rows.push({ ...row.raw, error: one.printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows, notes)
}

const SHOWN = ['indication']

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'clinical-thermometer',
    parameters: ['kind'],
    row: READINGS,
    units: ['°C'],
    run: thermometer,
    resolved: SHOWN,
  },
  {
    name: 'blood-pressure',
    parameters: ['kind', 'unit'],
    row: READINGS,
    units: PRESSURES,
    run: bloodPressure,
    resolved: SHOWN,
  },
  { name: 'leak-rate', parameters: ['kind'], row: ['start', 'end', 'seconds'], units: [FALL], run: leak, oneSided: true },
]
