// Whoever comes to the table is found by what they carry or say, and nobody else is.
import { describe, expect, it } from 'vitest'
import type { Claims } from '../../../src/core/paper/seal.ts'
import type { Document, Kind, State } from '../../../src/core/types.ts'
import { broughtBy, instrumentsOf, ownersFound, seriesOf, teamOf, type Known } from '../../../src/ui/verification/owners.ts'
import { isTeamOf } from '../../../src/ui/verification/team.ts'

function document(kind: Kind, id: string, state: State): Document {
  return { kind, id, scope: 'area:1', rev: 1, waiting: 0, refused: 0, state }
}
const LAN = 'aaaaaaaa-0000-4000-8000-000000000001', DUC = 'aaaaaaaa-0000-4000-8000-000000000002'
const KNOWN: Known = {
  sites: [
    document('establishment', LAN, { name: 'Nguyễn Thị Lan', phone: '0912 345 678', area_code: '07441', address: 'Chợ Vôi' }),
    document('establishment', DUC, { name: 'Trần Văn Đức', phone: '0987 111 222', area_code: '07444' }),
    document('establishment', 'gone', { name: 'Nguyễn Thị Lan', merged_into: LAN }),
  ],
  instruments: [
    document('instrument', 'i1', { establishment_id: LAN, type: 'weighing_instrument', serial: 'NH-10', mark_serial: '25A000123', certificate_number: '41/GCN-KĐ' }),
    document('instrument', 'i2', { establishment_id: LAN, type: 'weighing_instrument', serial: 'NH-9', certificate_number: '410/GCN-KĐ' }),
    document('instrument', 'i3', { establishment_id: DUC, type: 'sphygmomanometer', serial: 'BP7' }),
  ],
  minutes: [document('minutes', 'm', { series: 'GCN-KĐ', year: 2026, number: 7, instrument_id: 'i2' })],
  areas: new Map([['07441', ['Xã Lạng Giang']], ['07444', ['Xã Kép']]]),
}
const claims = (said: Partial<Claims>): Claims =>
  ({ version: 1, series: 'GCN-KĐ', year: 2025, number: 41, issued_at: 0, sha256: new Uint8Array(32), establishment: LAN, key_id: new Uint8Array(4), ...said })

describe('an owner', () => {
  it.each([
    ['nguyen thi lan', [LAN]],
    ['0912345678', [LAN]],
    ['lang giang', [LAN]],
    ['bp7', [DUC]],
    ['tran kep', [DUC]],
    ['n', []],
    ['lan kep', []],
  ])('is found by %s', (looked, ids) => expect(ownersFound(looked, KNOWN).map((each) => each.id)).toEqual(ids))

  it('has instruments in the order in which people count', () => {
    expect(instrumentsOf(LAN, KNOWN).map((each) => each.id)).toEqual(['i2', 'i1'])
  })
})

describe('what is scanned brings back', () => {
  const brought = (said: string, by: Claims | null = null) => {
    const found = broughtBy(said, by, KNOWN)
    return found && [found.site.id, ...found.named.map((each) => each.id)]
  }
  it('the owner and the instrument of a sticker', () => expect(brought('25a000123')).toEqual([LAN, 'i1']))
  it('the instrument whose certificate has that number, and not the one whose number begins like it', () => {
    expect(brought('', claims({}))).toEqual([LAN, 'i1'])
  })
  it('the instrument that a paper of this tablet names', () => expect(brought('', claims({ year: 2026, number: 7 }))).toEqual([LAN, 'i2']))
  it('the owner alone where no instrument has the number', () => expect(brought('', claims({ number: 5 }))).toEqual([LAN]))
  it('nobody where the tablet knows neither', () => expect(brought('9999999', claims({ establishment: 'x' }))).toBeNull())
})

describe('a team', () => {
  const campaign = (kind: string) => document('campaign', 'c', { kind, team: [{ user_id: 'u', role: 'verifier', procedures: ['30-2019'] }] })
  it('is one of mobile verification only', () => {
    expect([isTeamOf(campaign('kiem_dinh_luu_dong'), 'u'), isTeamOf(campaign('kiem_dinh_luu_dong'), 'v'), isTeamOf(campaign('thanh_tra'), 'u')]).toEqual([true, false, false])
  })
  it('has people with what they may verify', () => {
    const users = [document('user', 'u', { name: 'Lê Minh' })]
    expect(teamOf(campaign('kiem_dinh_luu_dong'), users)).toEqual([{ id: 'u', name: 'Lê Minh', role: 'verifier', procedures: ['30-2019'] }])
  })
})

it('numbers its papers by books of their own', () => {
  expect(seriesOf({ series: [{ form: 'minutes', series: 'BB' }, { form: 'verification_certificate', series: 'GCN-KĐ' }] }))
    .toEqual([{ form: 'verification_certificate', series: 'GCN-KĐ' }])
})
