// At the next inspection a sticker or certificate is the instrument's own, or the screen says what differs.
import { describe, expect, it } from 'vitest'
import type { Document } from '../../../src/core/types.ts'
import type { Outcome } from '../../../src/core/paper/verify.ts'
import { compared, judged, type Sign } from '../../../src/ui/verification/certificates.ts'

const SCALE: Document = {
  kind: 'instrument', id: 'i', scope: 'area:1', rev: 1, waiting: 0, refused: 0,
  state: { establishment_id: 'e', mark_serial: '26A000123', certificate_number: '041/GCN-KĐ', verified_until: '2027-11-26' },
}
const DAY = '2026-11-27'
function certificate(number: number, establishment: string, outcome: Outcome | null): Sign {
  const claims = { version: 1, series: 'GCN-KĐ', year: 2026, number, issued_at: 0, sha256: new Uint8Array(32), establishment, key_id: new Uint8Array(4) }
  return { kind: 'certificate', claims, result: outcome === null ? null : { outcome, message: '', claims, keysIssuedOn: DAY } }
}

describe('a sign', () => {
  it.each<[string, Sign, string]>([
    ['its sticker', { kind: 'serial', said: '26a000123' }, 'matches'],
    ['its certificate number typed', { kind: 'serial', said: '041/GCN-KĐ' }, 'matches'],
    ['another sticker', { kind: 'serial', said: '26A000124' }, 'differs'],
    ['its certificate', certificate(41, 'e', 'valid'), 'matches'],
    ['its certificate, without a key list', certificate(41, 'e', null), 'matches'],
    ['its certificate, voided since', certificate(41, 'e', 'void'), 'differs'],
    ['a number that only begins like it', certificate(4, 'e', 'valid'), 'differs'],
    ['somebody else’s of the same number', certificate(41, 'x', 'valid'), 'differs'],
  ])('that is %s', (_, sign, verdict) => expect(judged(compared(SCALE, sign, DAY))).toBe(verdict))

  it('that agrees does not hide that the verification has run out', () => {
    const lines = compared(SCALE, { kind: 'serial', said: '26A000123' }, '2027-11-27')
    expect(lines.find((each) => each.what === 'validity')?.ok).toBe(false)
    expect(judged(lines)).toBe('differs')
  })

  it('has nothing to be compared with where the register is empty', () => {
    const bare = { ...SCALE, state: { establishment_id: 'e' } }
    expect(judged(compared(bare, { kind: 'serial', said: '26A000123' }, DAY))).toBe('unknown')
  })
})
