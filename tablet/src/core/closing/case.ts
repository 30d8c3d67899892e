// An inspection with everything that its papers are made of, and what minutes say of themselves. No database here: see load.ts.
import type { Checklist, Document, Rules, State } from '../types.ts'
import { dayOf } from '../days.ts'
import { document, isVoided, map, maps, text, type Doc } from '../reading.ts'

/** The statuses of minutes that count: what was voided, or disputes a number, has settled nothing. */
export const STANDING: ReadonlySet<string> = new Set(['issued', 'amended'])
/** Minutes as they say of themselves. */
export interface Paper {
  id: string
  /** 0 while the server has not seen them. */
  rev: number
  /** The server holds or refused them: the paper is the tablet's alone until a person has decided. */
  isRefused: boolean
  form: string
  closes: boolean
  series: string
  year: number
  number: number
  /** The instrument that a paper of a verification is about, else ''. */
  instrument: string
  /** The number as printed. */
  text: string
  issued_at: string
  status: string
  amends: string | null
  /** What they list of findings, samples and results: frozen from then on. */
  freezes: string[]
  measure_ids: string[]
  canonical: string
  cose: string
  state: State
}

export interface Case {
  /** Whoever holds the tablet. */
  user: string
  /** False where documents are missing that every paper needs. */
  complete: boolean
  inspection: Document
  campaign: Doc
  organisation: Doc
  establishment: Doc
  area: Doc | null
  instruments: Doc[]
  /** Children that stand, in the order of their ids. */
  findings: Doc[]
  photos: Doc[]
  requirements: Doc[]
  measures: Doc[]
  signatures: Doc[]
  samples: Doc[]
  /** All minutes of the inspection, the oldest first, void ones too. */
  minutes: Paper[]
  /** Standing papers of the inspection and of those that it re-checks, the oldest first. */
  papers: Paper[]
  /** Measures of the inspections that this one re-checks. */
  earlier: Doc[]
  standards: Doc[]
  /** Of a slip: the session of the verification team and the stickers and seals that it used; else none. */
  session: Doc | null
  marks: Doc[]
  checklists: Checklist[]
  rules: Rules | null
  /** Changes of the inspection that the server has not taken yet. */
  waiting: number
}

/** Read back what minutes say of themselves: a paper speaks for itself until the server has given it a status. */
export function paperOf(minutes: Document): Paper {
  const state = minutes.state
  const printed = document(state.canonical)
  const status = isVoided(state) ? 'void' : text(state.status) || 'issued'
  const listed = [...maps(printed.findings), ...maps(printed.samples), ...maps(printed.results)]
  const measured = [...maps(printed.measures), ...maps(printed.seals), ...maps(map(printed.letter).objects)]
  return {
    id: minutes.id, rev: minutes.rev, isRefused: minutes.refused > 0, form: text(state.form), closes: state.closes === true,
    instrument: text(state.instrument_id), series: text(state.series), year: whole(state.year), number: whole(state.number),
    text: text(map(printed.number).text) || String(state.number), issued_at: text(state.issued_at), status,
    amends: text(state.amends) || null,
    freezes: ids(listed), measure_ids: ids(measured).sort(),
    canonical: text(state.canonical), cose: text(state.cose), state,
  }
}

/** The day that an inspection is held on (its first visit), else today; in Vietnam. */
export function heldOn(inspection: State, now = Date.now()): string {
  const start = maps(inspection.visits).map((visit) => text(visit.started_at)).find((at) => !Number.isNaN(Date.parse(at)))
  const at = start === undefined ? now : Date.parse(start)
  return dayOf(new Date(at)) ?? ''
}

/** The oldest first. */
export function inOrder(papers: Paper[]): Paper[] {
  return [...papers].sort((a, b) => Date.parse(a.issued_at) - Date.parse(b.issued_at) || (a.id < b.id ? -1 : 1))
}

function ids(rows: State[]): string[] {
  return [...new Set(rows.map((row) => text(row.id)).filter((id) => id !== ''))]
}

export const whole = (value: State[string] | undefined): number => (typeof value === 'number' ? value : 0)
