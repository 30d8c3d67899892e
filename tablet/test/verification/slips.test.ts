// Sessions and slips: numbers of this tablet's own, standards that go along, instruments received and handed back, money.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DeviceDb } from '../../src/core/store/db.ts'
import { get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import { handBack, handle } from '../../src/core/verification/handing.ts'
import { pay } from '../../src/core/verification/payments.ts'
import { changeSession, openSession, readEnvironment } from '../../src/core/verification/sessions.ts'
import { addTo, nextSlip, openSlip, tabletMark } from '../../src/core/verification/slips.ts'
import { proposedUntil } from '../../src/core/verification/validity.ts'
import { pulled, wipe } from '../bench.ts'
import { market, type Market } from './market.ts'

let m: Market
beforeEach(async () => { m = await market() })
afterEach(wipe)

const opened = async (s: Session = m.s): Promise<string> => openSlip(s, m.session, m.site, { [m.scales[0]]: 'bình thường' })
const slip = async (id: string) => (await get(m.s, 'inspection', id))!

it('opens a slip under way, with the session’s standards and the checklists that are here', async () => {
  const { state, scope } = await slip(await opened())
  expect(scope).toBe('campaign:c')
  expect(state).toMatchObject({
    session_id: m.session.id, establishment_id: m.site, status: 'in_progress', planned_on: '2026-11-24', standards: ['std-1'],
    checklists: [{ code: 'mobile-verification', version: 1, sha256: 'c'.repeat(64) }], received: { [m.scales[0]]: { state: 'bình thường' } },
  })
  expect(state.slip).toMatch(/^[A-Z2-9]{4}-001$/)
})

it('numbers slips on without a second of any number, from two tabs too', async () => {
  const other: Session = { ...m.s, db: new DeviceDb(m.s.device) }
  const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => opened(n % 2 ? m.s : other)))
  other.db.close()
  const numbers = (await Promise.all(ids.map(slip))).map(({ state }) => String(state.slip).slice(5)).sort()
  expect(numbers).toEqual(['001', '002', '003', '004', '005', '006'])
  await pulled(m.s, 'inspection', { campaign_id: 'c', slip: `${String((await nextSlip(m.s)).slice(0, 4))}-041` })
  expect((await nextSlip(m.s)).slice(5)).toBe('042')
})

it('gives every device a mark of its own', () => {
  const marks = new Set(Array.from({ length: 100 }, (_, n) => tabletMark(`0190a0a0-0000-7000-8000-0000000000${n}`)))
  expect(marks.size).toBe(100)
})

it('adds to a slip without losing what a colleague has just received', async () => {
  const id = await opened()
  await addTo(m.s, id, { [m.scales[1]]: 'gỉ' })
  expect(Object.keys((await slip(id)).state.received as object).sort()).toEqual([...m.scales].sort())
})

it('carries changed standards into open slips, and keeps every reading of the conditions', async () => {
  const id = await opened()
  await changeSession(m.s, m.session.id, { standards: ['std-1', 'std-2'], standard_overrides: { 'std-2': 'Chờ hiệu chuẩn' } })
  expect((await slip(id)).state).toMatchObject({ standards: ['std-1', 'std-2'], standard_overrides: { 'std-2': 'Chờ hiệu chuẩn' } })
  for (const temperature of ['25.1', '25.4']) await readEnvironment(m.s, m.session.id, { temperature, humidity: '60' })
  expect((await get(m.s, 'verification_session', m.session.id))?.state.environment).toHaveLength(2)
  const campaign = (await get(m.s, 'campaign', String(m.session.state.campaign_id)))!
  const second = await openSession(m.s, campaign, { on: '2026-11-25', place: 'Chợ Từ Sơn' })
  expect((await get(m.s, 'verification_session', second))?.state).toMatchObject({ campaign_id: campaign.id, place: 'Chợ Từ Sơn' })
})

it('hands back with the money in one, or neither', async () => {
  const id = await opened()
  const line = { instrument_id: m.scales[0], price_id: null, text: 'Cân đồng hồ lò xo', amount: '30000' }
  const wrong = { lines: [line], method: 'cash' as const, payer: { name: 'Bà Lan' }, amount: '40000' }
  await expect(handBack(m.s, await slip(id), { instruments: [m.scales[0]], to: 'Bà Lan', payment: wrong })).rejects.toMatchObject({ key: 'payment_sum' })
  expect((await slip(id)).state.handed_back).toEqual({})
  await handBack(m.s, await slip(id), { instruments: [m.scales[0]], to: 'Bà Lan', payment: { ...wrong, amount: '30000' } })
  expect((await slip(id)).state.handed_back).toMatchObject({ [m.scales[0]]: { to: 'Bà Lan' } })
  expect((await m.s.db.documents.where('kind').equals('payment').count())).toBe(1)
  await expect(pay(m.s, await slip(id), { ...wrong, lines: [{ ...line, amount: '30.000,5' }] })).rejects.toMatchObject({ key: 'payment_sum' })
})

it('adds to the way of a paper without touching the paper', async () => {
  const id = await pulled(m.s, 'minutes', { inspection_id: 'i', form: 'verification_certificate', canonical: '{}', handling: [{ step: 'signed', at: '2026-11-24T15:00:00+07:00' }] })
  await handle(m.s, id, { step: 'delivered', to: 'Bà Lan' })
  const [row] = (await m.s.db.outbox.toArray()).filter((each) => each.kind === 'minutes')
  expect([row?.op.type, Object.keys(row?.op.set ?? {})]).toEqual(['append', ['handling']])
  expect((await get(m.s, 'minutes', id))?.state.handling).toHaveLength(2)
})

it('proposes a day only where the cycle is confirmed', () => {
  const cycle = { instrument_type: 'nawi', months: 12, kind: null, valid_from: '2020-01-01', status: 'confirmed', source: 'Thông tư X' }
  const rules = (status: string) => ({ version: '1', sha256: '', limits: [], law: [], cycles: [{ ...cycle, status }] })
  expect(proposedUntil(rules('confirmed'), { type: 'nawi' }, '2026-11-24')).toMatchObject({ months: 12, until: '2027-11-24', source: 'Thông tư X' })
  expect(proposedUntil(rules('unconfirmed'), { type: 'nawi' }, '2026-11-24')).toBeNull()
  expect(proposedUntil(rules('confirmed'), { type: 'other' }, '2026-11-24')).toBeNull()
})
