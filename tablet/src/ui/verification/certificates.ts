// A certificate's symbol at the table and at the next inspection: whom it names, and whether it is the instrument's own.
import { isOver } from '../../core/days.ts'
import { keys, verify, type VerificationResult } from '../../core/paper/verify.ts'
import { parseQr, peek, SealError, type Claims } from '../../core/paper/seal.ts'
import type { Document } from '../../core/types.ts'
import { folded, text } from '../work/reading.ts'

/** What the seal in a scanned text says; null where it holds none. Not verified: enough to find an owner by, for nothing else. */
export async function claimsIn(scanned: string): Promise<Claims | null> {
  try {
    return peek(parseQr(scanned.trim()))
  } catch (error) {
    if (error instanceof SealError) return null
    throw error
  }
}

/** A sign that was read on or beside an instrument. */
export type Sign = { kind: 'serial'; said: string } | { kind: 'certificate'; result: VerificationResult | null; claims: Claims }

/** Read a scanned or typed sign; a certificate is judged by the kept key list, null where the tablet keeps none. */
export async function signIn(scanned: string): Promise<Sign> {
  const claims = await claimsIn(scanned)
  if (claims === null) return { kind: 'serial', said: scanned.trim() }
  const list = await keys()
  return { kind: 'certificate', result: list === null ? null : await verify(scanned.trim(), list), claims }
}

export const WHATS = ['sticker', 'certificate', 'owner', 'seal', 'validity'] as const
export interface Line {
  what: (typeof WHATS)[number]
  /** null: nothing to compare with. */
  ok: boolean | null
  /** What the sign says, and what the register does. */
  said: string
  known: string
}

/** Results of a verification that leave no doubt about the paper. */
const GOOD: readonly unknown[] = ['valid']

/**
 * Compare a sign with what the register says of an instrument. The register is written by the certificate itself when it is
 * issued, so a sign that differs belongs to another instrument, or to an earlier or later verification.
 */
export function compared(instrument: Document, sign: Sign, today?: string): Line[] {
  const { mark_serial: mark, certificate_number: certificate, verified_until: until, establishment_id: owner } = instrument.state
  const over = isOver(until, today)
  const validity: Line = { what: 'validity', ok: over === null ? null : !over, said: '', known: text(until) }
  if (sign.kind === 'serial') {
    const [said, own] = [folded(sign.said), [text(mark), text(certificate)].map(folded)]
    const byCertificate = said !== '' && said === own[1]
    const known = byCertificate ? text(certificate) : text(mark)
    return [{ what: byCertificate ? 'certificate' : 'sticker', ok: known === '' ? null : said === folded(known), said: sign.said, known }, validity]
  }
  const { claims, result } = sign
  const number = new RegExp(`^0*${claims.number}(?!\\d)`)
  return [
    { what: 'certificate', ok: text(certificate) === '' ? null : number.test(text(certificate)), said: `${claims.series} ${claims.number}/${claims.year}`, known: text(certificate) },
    { what: 'owner', ok: claims.establishment === owner, said: '', known: '' },
    { what: 'seal', ok: result === null ? null : GOOD.includes(result.outcome), said: result?.message ?? '', known: '' },
    { what: 'sticker', ok: null, said: '', known: text(mark) },
    validity,
  ]
}

/** What the lines come to: they agree, something differs, or the register has nothing to compare with. */
export function judged(lines: readonly Line[]): 'matches' | 'differs' | 'unknown' {
  if (lines.some((each) => each.ok === false)) return 'differs'
  return lines.some((each) => each.ok === true && (each.what === 'sticker' || each.what === 'certificate')) ? 'matches' : 'unknown'
}
