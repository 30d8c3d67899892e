// Which instruments stand suspended: what the server wrote on them, with what this tablet recorded and nobody else has seen.
import { paperOf, STANDING } from './closing/case.ts'
import { isVoided, maps, text, texts } from './reading.ts'
import { all, childrenOf } from './store/documents.ts'
import type { Keeper } from './store/rows.ts'
import type { Document, State } from './types.ts'

export interface Suspension {
  measure: string
  inspection: string
  at: string
  reason: string
  /** The standing paper that lists it, by its name and number; '' while nothing was signed. */
  paper: string
}

/** The standing suspensions of each of these instruments, the oldest first; an instrument that may be used is not in it. */
export async function suspensionsOf(s: Keeper, instruments: readonly Document[]): Promise<Map<string, Suspension[]>> {
  const measures = await all(s, 'measure')
  const found = new Map<string, Suspension[]>()
  for (const each of instruments) {
    const own = standing(each, measures)
    for (const one of own) if (one.paper === '') one.paper = listedIn(one.measure, await childrenOf(s, one.inspection, 'minutes'))
    if (own.length > 0) found.set(each.id, own)
  }
  return found
}

/**
 * What stands of one instrument. `measure_ids` are the measures that the server counted already; those of the tablet that are not
 * among them are laid over: a suspension is added, a release ends what it names, else the last suspension before it.
 */
export function standing(instrument: Document, measures: readonly Document[]): Suspension[] {
  const counted = new Set(texts(instrument.state.measure_ids))
  const own = measures.filter(({ id, state }) => state.instrument_id === instrument.id && !isVoided(state) && !counted.has(id))
  const found = [
    ...maps(instrument.state.suspensions).map((each) => suspension(text(each.measure_id), each)),
    ...own.filter(({ state }) => state.type === 'suspend').map(({ id, state }) => suspension(id, state)),
  ].sort((a, b) => when(a.at) - when(b.at))
  const ended = own.filter(({ state }) => state.type === 'resume').map(({ state }) => {
    const named = found.find((each) => each.measure === state.follows)
    return named ?? found.findLast((each) => when(each.at) <= when(text(state.at)))
  })
  return found.filter((each) => !ended.includes(each))
}

function suspension(measure: string, { inspection_id, at, reason, paper }: State): Suspension {
  return { measure, inspection: text(inspection_id), at: text(at), reason: text(reason), paper: text(paper) }
}

function when(at: string): number {
  const read = Date.parse(at)
  return Number.isNaN(read) ? 0 : read
}

/** The tablet's own minutes that list a measure; notices come from the office, and the server names those itself. */
function listedIn(measure: string, minutes: readonly Document[]): string {
  const papers = minutes.map(paperOf).filter((each) => STANDING.has(each.status) && each.measure_ids.includes(measure))
  const first = papers.sort((a, b) => when(a.issued_at) - when(b.issued_at))[0]
  return first === undefined ? '' : `Biên bản số ${first.text}`
}
