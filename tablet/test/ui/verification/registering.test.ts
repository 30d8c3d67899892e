// Registering writes owner, instruments, slip and receipt as one, and asks nobody what is known already.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { all, childrenOf, get } from '../../../src/core/store/documents.ts'
import { map } from '../../../src/core/reading.ts'
import type { State } from '../../../src/core/types.ts'
import { procedureFor, receiptOf } from '../../../src/ui/verification/receipt.ts'
import { isUntouched, ownerOf, register, slipOpenFor, type Registered } from '../../../src/ui/verification/registering.ts'
import { wipe } from '../../bench.ts'
import { market, type Market } from '../../verification/market.ts'

let m: Market
beforeEach(async () => { m = await market() })
afterEach(wipe)

const given = (more: Partial<Registered>): Registered => ({
  session: m.session, slip: null, owner: { id: m.site }, commune: () => 'Xã Kép', slips: [], known: [], instruments: [], ...more,
})
const answers = async (slip: string, instrument: string): Promise<{ [item: string]: State }> =>
  Object.fromEntries((await childrenOf(m.s, slip, 'finding')).filter((each) => each.state.subject_id === instrument).map((each) => [String(each.state.item), map(each.state.values)]))

it('writes a new owner with a new instrument onto a slip, and answers its receipt', async () => {
  const { state, faults } = ownerOf({ name: 'Trần Văn Đức', phone: '0987 111 222', area_code: '07441' }, 'Chợ Kép')
  expect(faults).toEqual({})
  const slip = await register(m.s, given({ owner: { state }, instruments: [{ look: ' nứt kính ', state: { type: 'weighbridge', serial: 'W1', attributes: { max: '80', unit: 't' } } }] }))
  const owner = (await all(m.s, 'establishment')).find((each) => each.state.name === 'Trần Văn Đức')
  const [thing] = await childrenOf(m.s, owner!.id, 'instrument')
  expect(owner?.state.address).toBe('Chợ Kép')
  expect((await get(m.s, 'inspection', slip))?.state).toMatchObject({ establishment_id: owner?.id, received: { [thing!.id]: { state: 'nứt kính' } } })
  expect(await answers(slip, thing!.id)).toEqual({
    KD01: { owner: 'Trần Văn Đức', commune: 'Xã Kép', market: m.session.state.place, phone: '0987 111 222' },
    KD02: { nameplate: 'W1; Max 80 t', state: 'nứt kính' }, KD04: { procedure: '13-2019' },
  })
})

it('puts what comes later onto the owner’s open slip', async () => {
  const first = await register(m.s, given({ instruments: [{ look: '', id: m.scales[0] }] }))
  const slips = await all(m.s, 'inspection')
  const open = slipOpenFor(m.site, m.session.id, slips)
  expect(open?.id).toBe(first)
  expect(await register(m.s, given({ slip: open ?? null, slips, instruments: [{ look: '', id: m.scales[1] }] }))).toBe(first)
  expect(Object.keys(map((await get(m.s, 'inspection', first))?.state.received)).sort()).toEqual([...m.scales].sort())
  expect(slipOpenFor(m.site, 'another', slips)).toBeUndefined()
})

it('proposes the only procedure of a type, else what the table used last', () => {
  const used = new Map([['weighing_instrument', '30-2019']])
  const of = (type: string, kind = '') => procedureFor({ type, attributes: { kind } }, used)
  expect([of('weighbridge'), of('sphygmomanometer', 'electronic'), of('sphygmomanometer'), of('weighing_instrument'), of('taximeter')])
    .toEqual(['13-2019', '343-2020', null, '30-2019', null])
})

it('takes for periodic what was verified before, and says nothing of what was not', () => {
  const mode = (instrument: State) => receiptOf({ owner: {}, commune: '', market: '', instrument, look: '', procedure: null }).KD03
  expect([mode({ mark_serial: '25A1' }), mode({ serial: '1' })]).toEqual([{ mode: 'periodic' }, undefined])
})

it('lets an empty form for one more instrument stand for nothing', () => {
  expect([isUntouched({}), isUntouched({ type: '', maker: ' ' }), isUntouched({ type: 'taximeter' })]).toEqual([true, true, false])
})
