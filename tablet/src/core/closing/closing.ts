// The check before closing: what stops a paper, what it should not lack, and what is only good to know.
import { measuredDays } from '../judging/inspection.ts'
import { missing, missingPhotos, type Lack } from '../judging/missing.ts'
import { certificateOn, isValidOn } from '../judging/standards.ts'
import type { Checklist } from '../types.ts'
import type { Case } from './case.ts'
import { blocked, unlistedSamples, type Blocked, type Form } from './forms.ts'
import { filled, list, map, maps, text, texts } from '../reading.ts'

/** Below this a wrong clock changes nothing that an inspection depends on (sync/clock.py). */
export const CLOCK_TOLERANCE_MS = 5 * 60_000
/** With fewer numbers left somebody should ask for more while there is a network. */
export const FEW = 5

/** Where an item stands: how a tap gets there. */
export interface Place {
  checklist: string
  section: string
  item: string
  title: string
  subject: string | null
  subjectName: string
}

export type Concern =
  | { weight: 'stop'; code: 'blocked'; why: Blocked }
  | { weight: 'stop'; code: 'no_numbers'; series: string; year: number }
  | { weight: 'stop'; code: 'no_engine' }
  | { weight: 'warn'; code: 'few_numbers'; series: string; year: number; left: number }
  | { weight: 'warn'; code: 'clock'; minutes: number }
  | { weight: 'warn'; code: 'clock_unproven' }
  | { weight: 'warn'; code: 'missing_item' | 'missing_photo' | 'unrequired'; at: Place }
  | { weight: 'warn'; code: 'standard'; name: string; serial: string; until: string; reason: string }
  | { weight: 'warn'; code: 'conflicts'; count: number }
  | { weight: 'warn'; code: 'not_announced' | 'no_conclusion' | 'no_visit' }
  | { weight: 'note'; code: 'member'; name: string; count: number }
  | { weight: 'note'; code: 'unsent' | 'samples'; count: number }

/** What the tablet knows besides the documents. */
export interface Around {
  /** Numbers left in the series that numbers the form. */
  numbers: { series: string; year: number; left: number }
  /** Server minus tablet, at the last contact; null where there was none. */
  clock: { offsetMs: number; ageS: number } | null
  /** Whether the engine that sets the PDF is on the tablet. */
  engine: boolean
  /** When data last came, null where none ever did. */
  syncedAt: string | null
}

/** Return what there is to say before a paper of this form is issued, the gravest first. */
export function concerns(of: Case, form: Form, around: Around, instrument = ''): Concern[] {
  const found: Concern[] = [...stops(of, form, around, instrument), ...numbersAndClock(around)]
  if (form === 'inspection') found.push(...gaps(of), ...words(of))
  if (['inspection', 'amendment', 'working', 'verification_record'].includes(form)) found.push(...standards(of), ...conflicts(of))
  found.push(...others(of))
  const samples = unlistedSamples(of).length
  if (form === 'inspection' && samples > 0) found.push({ weight: 'note', code: 'samples', count: samples })
  if (of.waiting > 0) found.push({ weight: 'note', code: 'unsent', count: of.waiting })
  const order = { stop: 0, warn: 1, note: 2 }
  return found.sort((a, b) => order[a.weight] - order[b.weight])
}

export function isStopped(found: readonly Concern[]): boolean {
  return found.some((each) => each.weight === 'stop')
}

function stops(of: Case, form: Form, around: Around, instrument: string): Concern[] {
  const found: Concern[] = []
  const why = blocked(of, form, instrument)
  if (why !== null) found.push({ weight: 'stop', code: 'blocked', why })
  const { series, year, left } = around.numbers
  if (left === 0) found.push({ weight: 'stop', code: 'no_numbers', series, year })
  if (!around.engine) found.push({ weight: 'stop', code: 'no_engine' })
  return found
}

function numbersAndClock(around: Around): Concern[] {
  const found: Concern[] = []
  const { series, year, left } = around.numbers
  if (left > 0 && left <= FEW) found.push({ weight: 'warn', code: 'few_numbers', series, year, left })
  if (around.clock === null) found.push({ weight: 'warn', code: 'clock_unproven' })
  else if (Math.abs(around.clock.offsetMs) > CLOCK_TOLERANCE_MS) {
    found.push({ weight: 'warn', code: 'clock', minutes: Math.round(-around.clock.offsetMs / 60_000) })
  }
  return found
}

/** Required items without a result, results without the photo that they ask for, and faults that nothing is required for. */
function gaps(of: Case): Concern[] {
  const found: Concern[] = []
  const instruments = new Map(of.instruments.map((each) => [each.id, each]))
  const required = new Set(of.requirements.flatMap((each) => texts(each.finding_ids)))
  for (const checklist of of.checklists) {
    const warn = (code: 'missing_item' | 'missing_photo' | 'unrequired') => (lack: Lack): Concern => ({ weight: 'warn', code, at: place(of, checklist, lack) })
    const faults = of.findings.filter((each) => each.checklist === checklist.code && each.answer === 'nonconforming' && !required.has(each.id))
    found.push(
      ...missing(checklist, of.findings, instruments, taken(of, checklist)).map(warn('missing_item')),
      ...missingPhotos(checklist, of.findings).map(warn('missing_photo')),
      ...faults.map((each) => warn('unrequired')({ section: sectionOf(checklist, text(each.item)), item: text(each.item), subject: text(each.subject_id) || null })),
    )
  }
  return found
}

/** Every instrument of the site is to be looked at, as the server counts what is missing. */
function taken(of: Case, checklist: Checklist): { [section: string]: string[] } {
  return Object.fromEntries(checklist.sections.map((section) => [
    section.key, section.per === 'instrument' || section.per === 'vehicle' ? of.instruments.filter((each) => section.instrument_types.includes(text(each.type))).map((each) => each.id) : [],
  ]))
}

function sectionOf(checklist: Checklist, item: string): string {
  return checklist.sections.find((section) => section.items.some((each) => each.key === item))?.key ?? ''
}

function words(of: Case): Concern[] {
  const state = of.inspection.state
  const found: Concern[] = []
  if (!maps(state.visits).some((visit) => filled(visit.started_at))) found.push({ weight: 'warn', code: 'no_visit' })
  if (!filled(state.decision_announced_at)) found.push({ weight: 'warn', code: 'not_announced' })
  if (!filled(state.conclusion)) found.push({ weight: 'warn', code: 'no_conclusion' })
  return found
}

/** Standards past their calibration on a day of the visits: what was measured with them stays without a verdict. */
function standards(of: Case): Concern[] {
  const state = of.inspection.state
  const days = measuredDays(state)
  return of.standards.flatMap((each): Concern[] => {
    const bad = days.find((on) => !isValidOn(each, on))
    if (bad === undefined) return []
    const until = text(map(certificateOn(each, bad) ?? undefined).valid_until)
    const reason = text(map(state.standard_overrides)[each.id])
    return [{ weight: 'warn', code: 'standard', name: text(each.name), serial: text(each.serial), until, reason }]
  })
}

function conflicts(of: Case): Concern[] {
  const count = [of.inspection.state, ...of.findings, ...of.requirements, ...of.measures]
    .reduce((sum, each) => sum + Object.values(map(each.conflicts)).filter((rivals) => list(rivals).length > 0).length, 0)
  return count > 0 ? [{ weight: 'warn', code: 'conflicts', count }] : []
}

/** Whose work may still lie on another tablet: only how much of it came is known here. */
function others(of: Case): Concern[] {
  const made = [...of.findings, ...of.photos]
  return maps(of.campaign.team)
    .filter((member) => filled(member.user_id) && member.user_id !== of.user)
    .map((member) => ({
      weight: 'note', code: 'member', name: text(member.name), count: made.filter((each) => each.created_by === member.user_id).length,
    }))
}

function place(of: Case, checklist: Checklist, { section, item, subject }: Lack): Place {
  const instrument = of.instruments.find((each) => each.id === subject)
  const title = checklist.sections.find((each) => each.key === section)?.items.find((each) => each.key === item)?.text.vi ?? ''
  return {
    checklist: checklist.code, section, item, title, subject,
    subjectName: [text(map(instrument?.attributes).label), text(instrument?.serial)].filter((each) => each !== '').join(', '),
  }
}
