// Mobile verification: where an instrument stands in the queue. Twin of checklists/verification.py.

import { isMap } from '../reading'
import type { State, Verdict } from '../types'
import { isAnswered } from './conditions'
import { byCodePoints, isFull, own } from './plain'

export const CHECKLIST = 'mobile-verification'
export const ADJUSTED = 'KD10'
export const CONCLUSION = 'KD11'
// Receipt and return say nothing about testing: registration, nameplate, mode, procedure; marks, price, handing back.
const BESIDE = /^KD(0[1-4]|1[2-8])$/

/** Where an instrument that was brought stands (decision 0022). */
export type Standing = 'received' | 'under_test' | 'passed' | 'failed' | 'inconclusive' | 'handed_back'

const OF_CONCLUSION: { [verdict in Verdict]: Standing } = { pass: 'passed', fail: 'failed', inconclusive: 'inconclusive' }

/** An instrument in the queue. `conclusion` is what was recorded, known after handing back too. */
export interface Place {
  standing: Standing
  conclusion: Verdict | null
  adjusted: boolean
}

/**
 * Return where an instrument of a slip stands, null where it was neither brought nor looked at.
 *
 * Computed from the slip's `received` and `handed_back` and its findings (states; those about other instruments are passed
 * over), never stored. Total: what has another shape than expected counts as not said.
 */
export function placeOf(inspection: State, findings: readonly State[], instrumentId: string): Place | null {
  const about = findings.filter((f) => own(f, 'subject_id') === instrumentId && !isFull(own(f, 'voided')))
  const conclusion = verdictIn(own(own(answerTo(about, CONCLUSION), 'values'), 'conclusion'))
  const standing = standingOf(inspection, about, conclusion, instrumentId)
  return standing && { standing, conclusion, adjusted: own(answerTo(about, ADJUSTED), 'answer') === 'conforming' }
}

/**
 * Return where every instrument of a slip stands: those received in their order of arrival, then any other that was looked
 * at.
 */
export function queue(inspection: State, findings: readonly State[]): Map<string, Place> {
  const received = own(inspection, 'received')
  const rows = isMap(received) ? Object.entries(received).filter(([, row]) => isMap(row)) : []
  const arrived = rows.map(([id, row]) => ({ id, at: textOf(own(row, 'at')) }))
  arrived.sort((one, two) => byCodePoints(one.at, two.at) || byCodePoints(one.id, two.id))
  const lookedAt = findings.map((f) => own(f, 'subject_id')).filter((id) => typeof id === 'string')
  const found = new Map<string, Place>()
  for (const id of [...arrived.map((each) => each.id), ...lookedAt.sort(byCodePoints)]) {
    const place = found.get(id) ?? placeOf(inspection, findings, id)
    if (place) found.set(id, place)
  }
  return found
}

function standingOf(inspection: State, about: State[], conclusion: Verdict | null, instrumentId: string): Standing | null {
  if (isMap(own(own(inspection, 'handed_back'), instrumentId))) return 'handed_back'
  if (conclusion !== null) return OF_CONCLUSION[conclusion]
  if (about.some(isTest)) return 'under_test'
  return isMap(own(own(inspection, 'received'), instrumentId)) || about.length ? 'received' : null
}

function answerTo(about: State[], item: string): State | undefined {
  return about.findLast((f) => own(f, 'checklist') === CHECKLIST && own(f, 'item') === item)
}

function isTest(finding: State): boolean {
  const item = own(finding, 'item')
  const beside = own(finding, 'checklist') === CHECKLIST && typeof item === 'string' && BESIDE.test(item)
  return !beside && isAnswered(finding)
}

function verdictIn(value: unknown): Verdict | null {
  return value === 'pass' || value === 'fail' || value === 'inconclusive' ? value : null
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
