// The register follows the paper: what a verification's papers write of their instrument. Twin of sync/register.py.
import { document as read, isMap, map, maps, text } from '../reading.ts'
import type { Json, Operation, State } from '../types.ts'

export const RECORD = 'verification_record'
export const CERTIFICATE = 'verification_certificate'
const WRITTEN = ['verified_until', 'mark_serial', 'certificate_number'] as const
/** The field of an instrument that holds its standing papers, oldest first, each with what stood before it. */
const LOG = 'verifications'
type Written = Record<(typeof WRITTEN)[number], string | null>

export interface Told {
  minutes: string
  instrument: string
  form: string
  issuedAt: number
  result: string
  written: Written
}

/** Read a canonical document: a certificate that passed writes, a record that failed empties, others say nothing. */
export function told(minutes: string, form: string, issuedAt: number, document: State): Told | null {
  const said = map(document.verification)
  const [instrument, result] = [text(map(said.instrument).id), text(said.conclusion)]
  const passed = form === CERTIFICATE && result === 'pass'
  if (instrument === '' || !(passed || (form === RECORD && result === 'fail'))) return null
  const sticker = Array.isArray(said.stickers) ? map(said.stickers[0]) : {}
  const written = passed
    ? { verified_until: given(map(said.valid_until).day), mark_serial: given(sticker.serial), certificate_number: given(map(document.number).text) }
    : { verified_until: null, mark_serial: null, certificate_number: null }
  return { minutes, instrument, form, issuedAt, result, written }
}

/** An instrument's state after a paper: the one issued last speaks, in whatever order they come. */
export function entered(state: State, paper: Told): State {
  const log = maps(state[LOG])
  if (log.some((each) => each.minutes_id === paper.minutes)) return state
  const place = log.filter((each) => isBefore(each, paper)).length
  const entry = { minutes_id: paper.minutes, form: paper.form, result: paper.result, issued_at: paper.issuedAt, written: paper.written }
  const later = log[place]
  if (later === undefined) return { ...state, ...paper.written, [LOG]: [...log, { ...entry, before: now(state) }] }
  const moved = [{ ...entry, before: later.before ?? null }, { ...later, before: paper.written }]
  return { ...state, [LOG]: [...log.slice(0, place), ...moved, ...log.slice(place + 1)] }
}

/** An instrument's state after a paper was voided: what stood before it, if nothing newer was written. */
export function takenBack(state: State, minutes: string): State {
  const log = maps(state[LOG])
  const place = log.findIndex((each) => each.minutes_id === minutes)
  const [entry, later] = [log[place], log[place + 1]]
  if (entry === undefined) return state
  const rest = log.slice(place + 1)
  if (later !== undefined && equal(later.before, entry.written)) rest[0] = { ...later, before: entry.before ?? null }
  const isLatest = later === undefined && equal(now(state), entry.written)
  return { ...state, ...(isLatest ? map(entry.before) : {}), [LOG]: [...log.slice(0, place), ...rest] }
}

/** Lay papers that this tablet issued or voided, and the server's register does not know yet, over an instrument's state. */
export function withPapers(state: State, instrument: string, operations: readonly Operation[]): State {
  return operations.reduce((seen, { type, id, set }) => {
    if (type === 'void') return takenBack(seen, id)
    const paper = told(id, text(set.form), Math.floor(Date.parse(text(set.issued_at)) / 1000), read(set.canonical))
    return paper?.instrument === instrument ? entered(seen, paper) : seen
  }, state)
}

function isBefore(entry: State, paper: Told): boolean {
  const at = Number(entry.issued_at)
  return at < paper.issuedAt || (at === paper.issuedAt && text(entry.minutes_id) < paper.minutes)
}

function now(state: State): Written {
  return { verified_until: given(state.verified_until), mark_serial: given(state.mark_serial), certificate_number: given(state.certificate_number) }
}

function equal(one: Json | undefined, other: Json | undefined): boolean {
  return isMap(one) && isMap(other) && WRITTEN.every((name) => one[name] === other[name])
}

function given(value: Json | undefined): string | null {
  return text(value) || null
}
