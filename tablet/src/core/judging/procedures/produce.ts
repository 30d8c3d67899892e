// Produce under a geographical indication: twin of checklists/procedures/produce.py. The mean of the readings against the
// least value that the registration names; until the agency has confirmed it, nothing is concluded.

import type { State } from '../../types'
import { Fraction } from '../decimal'
import { fixed, mean, short, vi } from './figures'
import { type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { type Allowance, conclude, Judged } from './verdicts'

const CHARACTERISTICS = ['fruit-mass', 'flesh-ratio', 'brix'] as const
const UNITS = { 'fruit-mass': 'g', 'flesh-ratio': '%', brix: '°Bx' }
const CHARACTERISTICS_VI = { 'fruit-mass': 'khối lượng quả trung bình', 'flesh-ratio': 'tỷ lệ cùi', brix: 'độ Brix' }
// Fewer readings than these say too little (dossier §4.2: 3 to 5 readings of the refractometer).
const LEAST_READINGS = { 'fruit-mass': 1, 'flesh-ratio': 1, brix: 3 }
const HUNDRED = Fraction.of(100)

/** Judge the mean of all readings: it must not be below the registered value; more is always good. */
function registeredMinimum(request: Request): Result {
  const characteristic = request.parameters.choice('characteristic', CHARACTERISTICS)
  const [unit, name] = [UNITS[characteristic], CHARACTERISTICS_VI[characteristic]]
  const rows: State[] = []
  const every: Fraction[] = []
  let digits = 0
  for (const row of request.rows) {
    const written = row.readings('readings')
    for (const [n, { exact }] of written.entries()) {
      const at = `${row.path}.readings[${n}]`
      if (!exact.sign) throw new ProcedureInputError(at, 'phải lớn hơn 0')
      if (unit === '%' && exact.compare(HUNDRED) > 0) throw new ProcedureInputError(at, 'không được lớn hơn 100 %')
    }
    const places = Math.max(...written.map((value) => value.scale + 1))
    digits = Math.max(digits, places)
    const readings = written.map((value) => value.exact)
    every.push(...readings)
    rows.push({ ...row.raw, error: fixed(mean(readings), places) })
  }
  const least = LEAST_READINGS[characteristic]
  if (every.length < least) throw new ProcedureInputError('rows', `${name} cần ít nhất ${least} số đọc`)
  const limit = request.limit('registered-minimum', { characteristic })
  if (limit && limit.unit !== unit) {
    throw new ProcedureInputError('limit.unit', `đơn vị của ${name} phải là ${unit}`)
  }
  const found = mean(every)
  const one = new Judged({
    error: found,
    printed: fixed(found, digits),
    unit,
    limit,
    allowance: limit?.value ? atLeast(limit.value, unit) : null,
    place: `${name} (${every.length} số đọc)`,
    signed: false,
    noBasis: 'thiếu căn cứ trị số đăng ký',
  })
  const judged = rows.map((row) => ({ ...row, limit: one.limitJson(), verdict: one.verdict }))
  return conclude([one], judged, [], { mean: one.printed })
}

function atLeast(registered: Fraction, unit: string): Allowance {
  const value = short(registered)
  const said = `giới hạn không nhỏ hơn ${vi(value)} ${unit}`
  return { upper: null, lower: registered.negated(), value, unit, said }
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'registered-minimum',
    parameters: ['characteristic'],
    row: ['readings'],
    units: Object.values(UNITS),
    run: registeredMinimum,
    oneSided: true,
  },
]
