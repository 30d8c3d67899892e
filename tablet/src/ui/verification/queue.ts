// The queue: every instrument that was brought to a session, where it stands, and how one of them is found.
import { queue, type Place, type Standing } from '../../core/judging/verification.ts'
import { map } from '../../core/reading.ts'
import { childrenOf, all, get } from '../../core/store/documents.ts'
import type { Keeper } from '../../core/store/rows.ts'
import type { Document } from '../../core/types.ts'
import { isVoid, matches, text } from '../work/reading.ts'
import { instrumentName } from '../work/words.ts'
import { STATES } from './words.ts'

/** One instrument on a slip. */
export interface Line {
  slip: Document
  id: string
  instrument: Document | undefined
  site: Document | undefined
  place: Place
  /** When it was received. */
  at: string
  /** How many changes of its slip this tablet has not sent. */
  waiting: number
}
/** A slip with its instruments in the order in which they came. */
export interface Slip { slip: Document; site: Document | undefined; lines: Line[] }

/** The slips of a session that stand. */
export async function slipDocuments(s: Keeper, session: string): Promise<Document[]> {
  return (await all(s, 'inspection')).filter((each) => each.state.session_id === session && !isVoid(each))
}

/** Read the slips of a session, or one of them, with everything that the queue says of them, the oldest first. */
export async function slipsOf(s: Keeper, session: string, only: string | null = null): Promise<Slip[]> {
  const one = only === null ? undefined : await get(s, 'inspection', only)
  const slips = only === null ? await slipDocuments(s, session) : one === undefined ? [] : [one]
  const found: Slip[] = []
  for (const slip of slips) {
    const findings = await childrenOf(s, slip.id, 'finding')
    const site = await get(s, 'establishment', text(slip.state.establishment_id))
    const standing = queue(slip.state, findings.map((each) => each.state))
    const lines: Line[] = []
    for (const [id, place] of standing) {
      const waiting = slip.waiting + findings.filter((each) => each.state.subject_id === id).reduce((sum, each) => sum + each.waiting, 0)
      lines.push({ slip, id, instrument: await get(s, 'instrument', id), site, place, at: text(map(map(slip.state.received)[id]).at), waiting })
    }
    found.push({ slip, site, lines })
  }
  return found.sort((a, b) => firstOf(a).localeCompare(firstOf(b)) || text(a.slip.state.slip).localeCompare(text(b.slip.state.slip)))
}

function firstOf(slip: Slip): string {
  return slip.lines[0]?.at ?? ''
}

/** How many instruments stand where, every state named. */
export function counted(lines: readonly Line[]): Record<Standing, number> & { adjusted: number } {
  const counts = { ...Object.fromEntries(STATES.map((each) => [each, 0])), adjusted: 0 } as Record<Standing, number> & { adjusted: number } // every state is in STATES
  for (const { place } of lines) {
    counts[place.standing] += 1
    if (place.adjusted) counts.adjusted += 1
  }
  return counts
}

export type Filter = Standing | 'adjusted' | 'all'

/** The lines that a filter and a search leave. What is still to be done comes first, and of it what came first. */
export function shownOf(lines: readonly Line[], filter: Filter, looked: string): Line[] {
  const kept = lines.filter(({ place }) => filter === 'all' || (filter === 'adjusted' ? place.adjusted : place.standing === filter))
  const found = looked.trim() === '' ? kept : kept.filter((line) => matches(looked, saidOf(line)))
  const rank = (line: Line): number => (line.place.standing === 'handed_back' ? 1 : 0)
  return [...found].sort((a, b) => rank(a) - rank(b) || a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
}

function saidOf({ slip, site, instrument }: Line): string[] {
  const own = instrument?.state ?? {}
  return [text(slip.state.slip), text(site?.state.name), text(site?.state.phone), instrument ? instrumentName(own) : '', text(own.maker), text(own.model), text(own.serial), text(own.mark_serial)]
}

/** Where one tap leads: to the instrument while there is something to be done with it, else to its slip. */
export function hrefOf(session: string, { slip, id }: Pick<Line, 'slip' | 'id'>): string {
  return `#/verification/${session}/slips/${slip.id}/${id}`
}
