// Orphan-source sweep: twin of checklists/procedures/orphan_source.py. Each point beside natural background, and the word
// to step back that no verdict holds up. Both levels are settings of the agency, not law.

import type { State } from '../../types'
import { type Fraction, greater } from '../decimal'
import { fixed, mean, short, vi } from './figures'
import { type Procedure, ProcedureInputError, type Request, type Result } from './readings'
import { type Allowance, conclude, Judged } from './verdicts'

const UNIT = 'lần phông'
const DOSE_RATE = 'µSv/h'
const LEAST_BACKGROUND = 5

/** Judge each point by the ratio of its mean to the mean background; readings above the cordon level say so first. */
function sourceSweep(request: Request): Result {
  const points = request.rows.map((row) => ({ row, readings: row.readings('readings').map((value) => value.exact) }))
  const notes = retreat(request, points.flatMap((point) => point.readings).reduce(greater))
  const background = backgroundOf(request, notes)
  if (background.length < LEAST_BACKGROUND) {
    notes.push(`phông mới có ${background.length} số đọc, cần ít nhất ${LEAST_BACKGROUND}`)
  }
  const natural = mean(background)
  const limit = request.limit('source-sweep')
  const value = limit?.value ?? null
  const allowance: Allowance | null = value && { upper: value, lower: null, value: short(value), unit: UNIT }
  const rows: State[] = []
  const judged: Judged[] = []
  for (const [n, { row, readings }] of points.entries()) {
    const found = mean(readings)
    const error = found.over(natural)
    const printed = fixed(error, 2)
    const place = `tỉ số với phông tại ${row.raw['point'] || `điểm ${n + 1}`}`
    const noBasis = 'thiếu căn cứ ngưỡng điều tra'
    const one = new Judged({ error, printed, unit: UNIT, limit, allowance, place, signed: false, noBasis })
    judged.push(one)
    rows.push({ ...row.raw, mean: fixed(found, 4), error: printed, limit: one.limitJson(), verdict: one.verdict })
  }
  return conclude(judged, rows, notes, { background_mean: fixed(natural, 4) })
}

/** Return the word to step back; it needs no confirmed level and no background. */
function retreat(request: Request, highest: Fraction): string[] {
  const row = request.rules.find('cordon-dose-rate', request.on, request.context)
  if (!row?.value || highest.compare(row.value) <= 0) return []
  const level = `${vi(short(row.value))} ${DOSE_RATE}`
  return [`có số đọc trên ${level}: LÙI RA, KHOANH VÙNG, báo cơ quan; không ai lại gần để đo tiếp`]
}

/** Return the background readings; a complaint about them carries the word to step back as well. */
function backgroundOf(request: Request, notes: string[]): Fraction[] {
  let found: Fraction[]
  try {
    found = request.parameters.readings('background').map((value) => value.exact)
  } catch (problem) {
    if (!(problem instanceof ProcedureInputError)) throw problem
    throw new ProcedureInputError(problem.field, [problem.messageVi, ...notes].join('; '))
  }
  if (!found.some((value) => value.sign)) {
    throw new ProcedureInputError('parameters.background', ['phông phải lớn hơn 0', ...notes].join('; '))
  }
  return found
}

export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'source-sweep',
    parameters: ['background'],
    row: ['point', 'readings'],
    units: [UNIT],
    run: sourceSweep,
    oneSided: true,
  },
]
