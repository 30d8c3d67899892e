// Measurement standards (chuẩn đo lường): twin of checklists/standards.py. What each procedure measures with, and whether
// a certificate carries a verdict.

import type { Computed, Json, State, Text } from '../types'
import { byCodePoints, isFull, own, strip } from './plain'
import { isMap } from '../reading'
import { WORDS } from './procedures/verdicts'
import register from './standards.json'

/** The kinds of standard that a procedure measures with, and those that are taken by mistake. */
interface Needs {
  kinds: string[]
  unfit: string[]
}

// standards.json says what checklists/data/standards.yaml says; tests/checklists/twins/test_standards.py holds them together.
const NEEDS = new Map<string, Needs>(Object.entries(register.procedures))
const KINDS = new Map<string, Text>(Object.entries(register.kinds))

/** Return the name of a kind of standard, null for one that the register does not list. */
export function kindOf(standard: State): Text | null {
  return KINDS.get(String(standard['kind'])) ?? null
}

/** Return the kinds of standard that a procedure measures with; none for one that needs no standard, or is unknown. */
export function kindsFor(procedure: string): readonly string[] {
  return NEEDS.get(procedure)?.kinds ?? []
}

/** Name kinds of standard, one of which is needed. */
export function kindsInWords(kinds: readonly string[]): string {
  return kinds.map((kind) => KINDS.get(kind)?.vi ?? kind).join(' hoặc ')
}

/**
 * Return the certificates that count, oldest first: withdrawn ones do not.
 *
 * A standard written before there was a history has one: `certificate_number`, `calibrated_until`, `valid_from`.
 */
function certificates(standard: State): State[] {
  const listed = own(standard, 'certificates')
  const found = Array.isArray(listed) ? listed.filter(isMap) : []
  const first = {
    number: own(standard, 'certificate_number') ?? null,
    issued_on: own(standard, 'valid_from') ?? null,
    valid_until: own(standard, 'calibrated_until') ?? null,
  }
  const standing = (found.length ? found : [first]).filter((row: State) => !isFull(own(row, 'withdrawn')))
  // Sorting keeps the order of what is equal: of one day, the last entered counts.
  return standing.sort((one, two) => byCodePoints(day(one, 'issued_on'), day(two, 'issued_on')))
}

/**
 * Return the certificate that a standard stood under on a day: the newest issued by then, null where none was.
 *
 * A newer one takes the older one's place also where it ends sooner.
 */
export function certificateOn(standard: State, on: string): State | null {
  return certificates(standard).findLast((row) => byCodePoints(day(row, 'issued_on'), on) <= 0) ?? null
}

/** Tell whether a standard stood under a certificate that had not run out. */
export function isValidOn(standard: State, on: string): boolean {
  const row = certificateOn(standard, on)
  return row !== null && byCodePoints(on, day(row, 'valid_until')) <= 0
}

/** Say why a standard cannot carry what was measured on these days (YYYY-MM-DD), null where it can. */
export function fault(standard: State, days: string[]): string | null {
  const on = [...days].sort().find((each) => !isValidOn(standard, each))
  if (on === undefined) return null
  const row = certificateOn(standard, on)
  const until = row && day(row, 'valid_until')
  if (until) return `${named(standard)} hết hạn hiệu chuẩn ngày ${dayWords(until)}, trước ngày kiểm tra ${dayWords(on)}`
  return `${named(standard)} chưa có giấy chứng nhận còn hạn vào ngày kiểm tra ${dayWords(on)}`
}

/**
 * Return a computed result as the standards used (states with `id`) let it stand.
 *
 * A standard of a kind that the procedure measures with and that had run out, or had no certificate yet, on a day of the
 * inspection leaves no verdict, unless `reasons` says why it was used all the same. None listed is only noted. What could
 * not be computed says its own reason.
 */
export function supported(computed: Computed, procedure: string, used: State[], days: string[], reasons: State): Computed {
  const needs = NEEDS.get(procedure)
  if (!needs?.kinds.length || !computed.errors.length) return computed
  const standards = used.filter((standard) => needs.kinds.includes(String(own(standard, 'kind'))))
  const found = standards.flatMap((standard) => {
    const why = fault(standard, days)
    return why === null ? [] : [{ why, isExcused: isWritten(own(reasons, String(standard['id']))) }]
  })
  const blocking = found.filter((each) => !each.isExcused).map((each) => each.why)
  if (blocking.length) {
    const word = `${WORDS[computed.verdict]}: `
    const rest = computed.explanation.startsWith(word) ? computed.explanation.slice(word.length) : computed.explanation
    const explanation = `chưa kết luận: ${blocking.join('; ')}, không ghi lý do vẫn dùng; ${rest}`
    return { ...computed, verdict: 'inconclusive', explanation }
  }
  const notes = found.map((each) => `${each.why}, có ghi lý do vẫn dùng`)
  notes.push(...used.filter((standard) => needs.unfit.includes(String(own(standard, 'kind')))).map(unfit))
  if (!standards.length) {
    notes.push(`chưa ghi chuẩn đo lường đã dùng (${kindsInWords(needs.kinds)})`)
  }
  return { ...computed, explanation: [computed.explanation, ...notes].join('; ') }
}

/** Name a standard as the paper does. */
export function named(standard: State): string {
  const [name, serial] = [own(standard, 'name'), own(standard, 'serial')]
  return `${isFull(name) ? name : 'chuẩn đo lường'}${isFull(serial) ? ` số ${serial}` : ''}`
}

function unfit(standard: State): string {
  return `${named(standard)} là ${kindOf(standard)?.vi}, không dùng cho phép đo này`
}

/** Return what a certificate says of a day, "" where it says nothing. */
function day(row: State, name: string): string {
  const value = own(row, name)
  return isFull(value) ? String(value) : ''
}

/** Tell whether somebody wrote down why a standard was used all the same. */
export function isWritten(reason: Json | undefined): boolean {
  return typeof reason === 'string' && strip(reason) !== ''
}

/** Write a day the Vietnamese way; what is no day stays as it is. */
export function dayWords(day: string): string {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? []
  return date ? `${date}/${month}/${year}` : day
}
