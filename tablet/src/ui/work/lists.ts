// The day's list: which pile an inspection lies on, what a search finds, what is nearest. No screen, no database.
import { distance } from '../../core/photos/position.ts'
import type { Document } from '../../core/types.ts'
import { dayOf } from '../../core/days.ts'
import { map, maps } from '../../core/reading.ts'
import { matches, text } from './reading.ts'

export const PILES = ['returned', 'today', 'in_progress', 'overdue', 'coming', 'done'] as const
export type Pile = (typeof PILES)[number]

/** One inspection with what its line says. */
export interface Line {
  inspection: Document
  site: Document | undefined
  campaign: Document | undefined
  /** The names of its commune, today's first. */
  area: readonly string[]
  lead: string
}

/**
 * The pile of an inspection. Sent back comes before everything; what was begun today or is planned for today is today's;
 * what was planned for an earlier day and never begun must not be lost among what is to come.
 */
export function pileOf(inspection: Document, today = dayOf() ?? ''): Pile {
  const { status, planned_on: planned, visits } = inspection.state
  if (status === 'returned') return 'returned'
  if (status === 'in_progress') {
    return maps(visits).some((visit) => dayOf(visit.started_at) === today) ? 'today' : 'in_progress'
  }
  if (status !== 'planned') return 'done'
  const day = text(planned)
  return day === today ? 'today' : day !== '' && day < today ? 'overdue' : 'coming'
}

export interface Place { lat: string; lon: string }

/** Metres from here to the site of a line; null where either is not known. */
export function metres(line: Line, here: Place | null): number | null {
  return here === null || line.site === undefined ? null : distance(here, { lat: line.site.state.lat, lon: line.site.state.lon })
}

/** The lines that a search finds, by pile; within one by plan or by distance, those whose place is unknown last. */
export function piled(lines: readonly Line[], looked: string, here: Place | null, today = dayOf() ?? ''): Map<Pile, Line[]> {
  const found = new Map<Pile, Line[]>(PILES.map((pile) => [pile, []]))
  for (const line of lines) if (isFound(line, looked)) found.get(pileOf(line.inspection, today))?.push(line)
  for (const [pile, own] of found) own.sort(here === null ? byPlan(pile === 'done') : byDistance(here))
  return found
}

function isFound(line: Line, looked: string): boolean {
  if (looked.trim() === '') return true
  const { site, campaign } = line
  const said = [site?.state.name, site?.state.address, site?.state.tax_code, map(site?.state.representative).name, campaign?.state.code, campaign?.state.title]
  return matches(looked, [...said.map(text), ...line.area, line.lead])
}

function byPlan(newestFirst: boolean): (a: Line, b: Line) => number {
  const key = (line: Line) => `${text(line.inspection.state.planned_on) || '9999'} ${text(line.site?.state.name)}`
  return (a, b) => (newestFirst ? -1 : 1) * key(a).localeCompare(key(b), 'vi')
}

function byDistance(here: Place): (a: Line, b: Line) => number {
  const far = (line: Line) => metres(line, here) ?? Number.POSITIVE_INFINITY
  return (a, b) => (far(a) === far(b) ? byPlan(false)(a, b) : far(a) - far(b))
}
