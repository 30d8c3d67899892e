// Stickers and seals: the next of a roll, each serial once, also from another tab, after a cut, and when documents are gone.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { markId } from '../../src/core/outbox/ids.ts'
import { voided } from '../../src/core/outbox/record.ts'
import { DeviceDb } from '../../src/core/store/db.ts'
import { get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import { giveBackMarks, returnMarksAgain, rollsOf, spans, spoilMark, useMark } from '../../src/core/verification/marks.ts'
import { link } from '../../src/core/sync/http.ts'
import { isBack, numberIn, rangeOf } from '../../src/core/verification/serials.ts'
import { takeStock } from '../../src/core/verification/stocktakes.ts'
import { killed, pulled, wipe } from '../bench.ts'
import { lease, market, type Market } from './market.ts'

let m: Market
beforeEach(async () => { m = await market() })
afterEach(wipe)

const used = (s: Session, serial: string): Promise<string> =>
  useMark(s, { session: m.session.id, kind: 'sticker', serial, inspection: 'slip', instrument: m.scales[0] })
const next = async (): Promise<(string | null)[]> => (await rollsOf(m.s)).map((roll) => roll.next)

it('offers the serials of a roll in order and counts what became of each', async () => {
  await used(m.s, 'KD26-0001')
  await spoilMark(m.s, { session: m.session.id, kind: 'sticker', serial: ' kd26-0002', reason: 'Rách', photos: [] })
  const [roll] = await rollsOf(m.s)
  expect(roll).toMatchObject({ first: 'KD26-0001', last: 'KD26-0006', next: 'KD26-0003', left: 4, used: 1, spoiled: 1 })
  const mark = await get(m.s, 'mark', markId(m.organisation, 'sticker', 'KD26-0002'))
  expect(mark?.state).toMatchObject({ serial: 'KD26-0002', lease_id: m.roll, fate: 'spoiled', reason: 'Rách', inspection_id: null })
})

it('records a serial with the id that the server asks for, under its session', async () => {
  const id = await used(m.s, 'KD26-0001')
  expect(id).toBe(markId(m.organisation, 'sticker', 'KD26-0001'))
  const [row] = (await m.s.db.outbox.toArray()).filter((each) => each.kind === 'mark')
  expect(row?.op).toMatchObject({ parent: m.session.id, type: 'create', scope: 'campaign:c', set: { session_id: m.session.id, kind: 'sticker', instrument_id: m.scales[0] } })
})

it('refuses a serial twice in any spelling, and a colleague’s, but takes one of no roll', async () => {
  await used(m.s, 'KD26-0001')
  await expect(used(m.s, 'kd26 - 0001')).rejects.toMatchObject({ key: 'mark_taken' })
  await pulled(m.s, 'mark', { session_id: m.session.id, kind: 'sticker', serial: 'KD26-0002', fate: 'used' }, 'campaign:c', 1, markId(m.organisation, 'sticker', 'KD26-0002'))
  await expect(used(m.s, 'KD26-0002')).rejects.toMatchObject({ key: 'mark_taken' })
  expect(await next()).toEqual(['KD26-0003'])
  const stray = await get(m.s, 'mark', await used(m.s, 'X-77'))
  expect(stray?.state).toMatchObject({ serial: 'X-77', lease_id: null })
})

it('gives two tabs that stick at the same time two serials, or tells one of them', async () => {
  const other: Session = { ...m.s, db: new DeviceDb(m.s.device) }
  const ends = await Promise.allSettled(['KD26-0001', 'KD26-0001', 'KD26-0002', 'KD26-0002'].map((serial, n) => used(n % 2 ? m.s : other, serial)))
  other.db.close()
  expect(ends.filter((end) => end.status === 'fulfilled')).toHaveLength(2)
  expect((await m.s.db.outbox.toArray()).filter((row) => row.kind === 'mark')).toHaveLength(2)
})

it('offers a serial again only where nothing was written', async () => {
  await killed(m.s, () => used(m.s, 'KD26-0001'))
  expect(await next()).toEqual(['KD26-0001'])
  expect(await m.s.db.outbox.count()).toBe(0)
})

it('never offers a serial again that is void, or whose campaign has left the tablet', async () => {
  const id = await used(m.s, 'KD26-0001')
  await voided(m.s, 'mark', id, 'Quét nhầm')
  expect(await next()).toEqual(['KD26-0002'])
  await m.s.db.documents.delete(['mark', id])
  expect(await next()).toEqual(['KD26-0002'])
  await expect(used(m.s, 'KD26-0001')).rejects.toMatchObject({ key: 'mark_taken' })
})

it('leaves out what was returned, and takes the older roll first', async () => {
  await lease(m.s, m.organisation, { first: 100, last: 102, granted_at: '2026-11-22T08:00:00+07:00', returned: [{ first: 100, last: 101 }] })
  await lease(m.s, m.organisation, { kind: 'seal', prefix: 'CH', first: 7, last: 7 })
  expect((await rollsOf(m.s)).map((roll) => [roll.kind, roll.next, roll.left])).toEqual([['sticker', 'KD26-0102', 1], ['sticker', 'KD26-0001', 6], ['seal', 'CH0007', 1]])
})

it('uses nothing that was given back, and says it again until the server knows', async () => {
  const asked: string[] = []
  const { fetch } = link
  link.fetch = async (url, init) => {
    asked.push(`${new URL(url, 'http://server').pathname} ${await new Response(init.body).text()}`)
    if (asked.length === 1) throw new TypeError('no network')
    return new Response('{}', { status: 200, headers: { 'Content-Type': 'application/json' } })
  }
  await used(m.s, 'KD26-0002')
  await expect(giveBackMarks(m.s, m.roll)).rejects.toThrow()
  expect((await rollsOf(m.s))[0]).toMatchObject({ next: null, left: 0, used: 1 })
  await expect(used(m.s, 'KD26-0003')).rejects.toMatchObject({ key: 'mark_taken' })
  await returnMarksAgain(m.s)
  const ranges = [{ first: 1, last: 1 }, { first: 3, last: 6 }]
  expect(asked).toEqual(Array(2).fill(`/api/v1/mark-leases/${m.roll}/return ${JSON.stringify({ ranges })}`))
  const range = (await get(m.s, 'mark_lease', m.roll))!.state
  await pulled(m.s, 'mark_lease', { ...range, returned: ranges }, `device:${m.s.device}`, 2, m.roll)
  await returnMarksAgain(m.s)
  expect(asked).toHaveLength(2)
  link.fetch = fetch
})

it('uses what came back and was given out to it again, and does not give that back by itself', async () => {
  const asked: string[] = []
  const { fetch } = link
  link.fetch = (url) => {
    asked.push(new URL(url, 'http://server').pathname)
    return Promise.resolve(new Response('{}', { status: 200, headers: { 'Content-Type': 'application/json' } }))
  }
  await used(m.s, 'KD26-0001')
  await giveBackMarks(m.s, m.roll)
  const range = (await get(m.s, 'mark_lease', m.roll))!.state
  await pulled(m.s, 'mark_lease', { ...range, returned: [{ first: 2, last: 6 }] }, `device:${m.s.device}`, 2, m.roll)
  const again = await lease(m.s, m.organisation, { first: 2, last: 4, granted_at: range.granted_at ?? null })
  await returnMarksAgain(m.s)
  expect(asked).toEqual([`/api/v1/mark-leases/${m.roll}/return`])
  const roll = async () => (await rollsOf(m.s)).find((each) => each.lease === again)
  expect(await roll()).toMatchObject({ next: 'KD26-0002', left: 3, used: 0 })
  const mark = await get(m.s, 'mark', await used(m.s, 'KD26-0002'))
  expect(mark?.state.lease_id).toBe(again)
  await expect(used(m.s, 'KD26-0002')).rejects.toMatchObject({ key: 'mark_taken' })
  await expect(used(m.s, 'KD26-0005')).rejects.toMatchObject({ key: 'mark_taken' })
  await giveBackMarks(m.s, again)
  expect(await roll()).toMatchObject({ next: null, left: 0, used: 1 })
  expect(asked.slice(1)).toEqual([`/api/v1/mark-leases/${again}/return`])
  link.fetch = fetch
})

it('writes a count down as it was counted', async () => {
  const id = await takeStock(m.s, m.session.id, [{ lease_id: m.roll, counted: 5, explanation: 'Một tem rơi mất' }])
  const found = await get(m.s, 'stocktake', id)
  expect(found?.state).toMatchObject({ session_id: m.session.id, counts: [{ lease_id: m.roll, counted: 5, explanation: 'Một tem rơi mất' }] })
})

it('reads the number of a serial only within its range', () => {
  const range = rangeOf({ kind: 'sticker', organisation_id: 'o', prefix: '22B', digits: 6, first: 1439, last: 1440, written_off: [{ first: 1440, last: 1440 }] })!
  expect(['22B001439', ' 22b 001439', '22B1439', '22B001441', '001439', '22Bx01439'].map((serial) => numberIn(range, serial))).toEqual([1439, 1439, null, null, null, null])
  expect([isBack(range, 1439), isBack(range, 1440)]).toEqual([false, true])
  expect(rangeOf({ kind: 'sticker' })).toBeNull()
  expect(spans([1, 2, 3, 7, 9, 10])).toEqual([{ first: 1, last: 3 }, { first: 7, last: 7 }, { first: 9, last: 10 }])
})
