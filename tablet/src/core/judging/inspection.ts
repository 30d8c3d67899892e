// The verdicts of a whole inspection: twin of `compute` and what stands around it in sync/findings.py. Which day, which
// limits, which answers, which standards.

import type { Checklist, Computed, Document, Item, Json, Rules, State } from '../types'
import { isDay } from './calendar'
import { judgeFinding, measure } from './judge'
import type { Context } from './limits'
import { isFull, own } from './plain'
import { isMap } from '../reading'
import type { Result } from './procedures/readings'
import { supported } from './standards'

const VERIFICATION_KINDS: readonly unknown[] = ['kiem_dinh_luu_dong', 'kiem_dinh_hieu_chuan']

/** Of a document what verdicts need. */
export type Held = Pick<Document, 'id' | 'state'>

/** What was answered at a place, by item. */
export type Answered = { [item: string]: State }

/** An inspection with all that its verdicts depend on, as the tablet holds it. */
export interface Inspected {
  inspection: State
  /** `kind` of its campaign. */
  campaignKind: Json
  /** The checklists that it pins; `rules`: the rule set that it pins. */
  checklists: readonly Checklist[]
  rules: Rules
  findings: readonly Held[]
  instruments: readonly Held[]
  standards: readonly Held[]
  /** Of a mobile verification: its session, the campaign's team, and the user who concludes (without one, any of the session's). */
  session?: State | null
  team?: readonly State[]
  verifier?: string | null
}

/** Return `computed` of every finding whose item has a procedure, by finding id. */
export function judgeInspection(input: Inspected): Map<string, Computed> {
  const found = new Map<string, Computed>()
  for (const finding of input.findings) {
    const computed = computedOf(finding, input)
    if (computed) found.set(finding.id, computed)
  }
  return found
}

/** Return `computed` of one finding as the server will compute it; null where its item has no procedure. */
export function computedOf(finding: Held, input: Inspected): Computed | null {
  const place = placeOf(finding, input)
  if (place === null) return null
  const { item, subject, answers, on, context } = place
  const found = judgeFinding(item, finding.state, subject, answers, input.rules, on, context)
  if (found === null || item.procedure === null) return found
  const inspection = inSession(input.inspection, input.session ?? null)
  const used = usedStandards({ inspection, standards: input.standards })
  return supported(found, item.procedure.name, used, measuredDays(inspection), reasons(inspection))
}

/** Return all figures of the procedure of a finding, those of a whole series too; refuses readings as `evaluate` does. */
export function measurementOf(finding: Held, input: Inspected): Result | null {
  const place = placeOf(finding, input)
  if (place === null || place.item.procedure === null) return null
  const { item, subject, answers, on, context } = place
  return measure(item, place.item.procedure, finding.state, subject, answers, input.rules, on, context)
}

interface Place {
  item: Item
  subject: State | null
  answers: Answered
  on: string
  context: Context
}

function placeOf(finding: Held, input: Inspected): Place | null {
  const state = finding.state
  const item = itemOf(input, own(state, 'checklist'), own(state, 'item'))
  const on = inspectedOn(inSession(input.inspection, input.session ?? null))
  if (item === null || item.procedure === null || on === null) return null
  const subject = input.instruments.find((each) => each.id === own(state, 'subject_id'))?.state ?? null
  return { item, subject, answers: answersOf(finding, input.findings), on, context: contextOf(input.campaignKind) }
}

/** Return an item of a checklist that the inspection pins. */
export function itemOf(input: Inspected, code: unknown, key: unknown): Item | null {
  const checklist = pinned(input, code)
  return checklist?.sections.flatMap((section) => section.items).find((item) => item.key === key) ?? null
}

/** Return the checklist that the inspection pins under a code; without a pin, the one that the tablet uses. */
export function pinned(input: Pick<Inspected, 'inspection' | 'checklists'>, code: unknown): Checklist | null {
  const rows = own(input.inspection, 'checklists')
  const row = Array.isArray(rows) ? rows.find((each) => own(each, 'code') === code) : undefined
  const found = input.checklists.find((each) => each.code === code && (!row || own(row, 'version') === each.version))
  const sha256 = own(row, 'sha256') ?? null
  return found === undefined || (sha256 !== null && sha256 !== found.sha256) ? null : found
}

/** Return which limits apply: `verification` in verification campaigns, else `inspection`. */
export function contextOf(campaignKind: unknown): Context {
  return VERIFICATION_KINDS.includes(campaignKind) ? 'verification' : 'inspection'
}

/**
 * Return an inspection with what a slip takes from its session: the day, the standards carried, the reasons for those past their
 * calibration. What the slip itself says goes before.
 */
export function inSession(inspection: State, session: State | null): State {
  if (session === null) return inspection
  const listed = [session, inspection].flatMap((place) => {
    const ids = own(place, 'standards')
    return Array.isArray(ids) ? ids : []
  })
  const [planned, day] = [own(inspection, 'planned_on'), own(session, 'on')]
  const said = { ...reasons(session), ...reasons(inspection) }
  return { ...inspection, standards: listed, standard_overrides: said, planned_on: (isFull(planned) ? planned : day) ?? null }
}

/** Return the day whose law applies: the first visit, else the planned day. */
export function inspectedOn(inspection: State): string | null {
  return measuredDays(inspection)[0] ?? null
}

/** Return the days on which a standard must be within its calibration: each visit's, else the planned one. */
export function measuredDays(inspection: State): string[] {
  const visits = own(inspection, 'visits')
  const begun = Array.isArray(visits) ? visits.flatMap((visit) => day(own(visit, 'started_at')) ?? []) : []
  const planned = day(own(inspection, 'planned_on'))
  const days = [...new Set(begun)].sort()
  return days.length || planned === null ? days : [planned]
}

/** Return why standards past their calibration were used all the same, by standard id. */
export function reasons(inspection: State): State {
  const found = own(inspection, 'standard_overrides')
  return isMap(found) ? found : {}
}

/** Return the standards that the inspection lists, states with `id`. */
export function usedStandards(input: Pick<Inspected, 'inspection' | 'standards'>): State[] {
  const ids = own(input.inspection, 'standards')
  const used = Array.isArray(ids) ? ids.flatMap((id) => input.standards.find((each) => each.id === id) ?? []) : []
  return used.map((each) => ({ ...each.state, id: each.id }))
}

/** Return the other answers of the same checklist by item, those of the same subject before those of the visit. */
export function answersOf(finding: Held, findings: readonly Held[]): Answered {
  return answersAt(placeIn(finding.state), findings)
}

/** Return the answers that items of a checklist see at a place: of the visit, and over them the subject's own. */
export function answersAt({ checklist, subject, ordinal }: Spot, findings: readonly Held[]): Answered {
  const found: Answered = {}
  for (const place of [{ subject: null, ordinal: 0 }, { subject, ordinal }]) {
    for (const { state } of findings) {
      const other = placeIn(state)
      if (other.checklist !== checklist || own(state, 'voided')) continue
      if (other.subject === place.subject && other.ordinal === place.ordinal) found[String(own(state, 'item'))] = state
    }
  }
  return found
}

/** Where a finding stands: of which checklist, about which subject (null: the visit), which of several. */
interface Spot { checklist: unknown; subject: unknown; ordinal: unknown }

function placeIn(state: State): Spot {
  const [checklist, subject, ordinal] = [own(state, 'checklist'), own(state, 'subject_id'), own(state, 'ordinal')]
  return { checklist, subject: subject ?? null, ordinal: ordinal === undefined ? 0 : ordinal }
}

/** Read the local day of an instant or a day. */
function day(text: unknown): string | null {
  const found = typeof text === 'string' ? text.slice(0, 10) : ''
  return isDay(found) ? found : null
}
