// The register on the tablet: what a paper writes is seen at once, kept under later edits, and taken back with the paper.
import { afterEach, expect, it } from 'vitest'
import vectors from '../../../tests/vectors/register.json'
import { create, patch, voided } from '../../src/core/outbox/record.ts'
import { get } from '../../src/core/store/documents.ts'
import { settleAll } from '../../src/core/sync/settle.ts'
import type { Json, Result, State } from '../../src/core/types.ts'
import { entered, takenBack, told } from '../../src/core/verification/register.ts'
import { map, maps, text } from '../../src/core/reading.ts'
import { wipe } from '../bench.ts'
import { market, type Market } from './market.ts'

afterEach(wipe)
const WRITTEN = ['verified_until', 'mark_serial', 'certificate_number']

it.each(vectors)('$name', (found) => {
  const one: State = JSON.parse(JSON.stringify(found))
  const after = maps(one.steps).reduce((state, step) => {
    if (step.void !== undefined) return takenBack(state, text(step.void))
    const paper = told(text(step.id), text(step.form), Number(step.issued_at), map(step.document))
    return paper === null ? state : entered(state, paper)
  }, map(one.instrument))
  expect(Object.fromEntries(WRITTEN.map((name) => [name, after[name] ?? null]))).toEqual(Object.fromEntries(WRITTEN.map((name) => [name, map(one.written)[name]])))
})

function certificate(m: Market, until: string): Promise<string> {
  const canonical = JSON.stringify({
    form: 'verification_certificate', number: { text: '07/GCN' },
    verification: { instrument: { id: m.scales[0] }, conclusion: 'pass', valid_until: { day: until }, stickers: [{ serial: 'KD26-0001', place: '' }] },
  })
  return create(m.s, 'minutes', {
    scope: 'campaign:c', parent: 'slip',
    set: { inspection_id: 'slip', form: 'verification_certificate', instrument_id: m.scales[0], canonical, issued_at: '2026-11-24T15:00:00+07:00' },
  })
}

const shown = async (m: Market): Promise<Json[]> => {
  const state = (await get(m.s, 'instrument', m.scales[0]))?.state
  return WRITTEN.map((name) => state?.[name] ?? null)
}

async function answered(m: Market, id: string, result: Partial<Result>): Promise<void> {
  const row = (await m.s.db.outbox.toArray()).find((each) => each.id === id)!
  const given = { op_id: row.op_id, status: 'applied', replay: false, rev: 1, scope: 'campaign:c', seq: 1, code: null, detail: null, conflicts: null, current: null, ...result } as Result
  await m.s.db.outbox.put({ ...row, state: 'kept', result: given, answered_at: Date.now() })
  await settleAll(m.s)
}

it('shows what a certificate wrote at once, through later edits and after the answer', async () => {
  const m = await market()
  const id = await certificate(m, '2027-11-24')
  expect(await shown(m)).toEqual(['2027-11-24', 'KD26-0001', '07/GCN'])
  await patch(m.s, 'instrument', m.scales[0], { maker: 'Nhơn Hòa' })
  expect(await shown(m)).toEqual(['2027-11-24', 'KD26-0001', '07/GCN'])
  await answered(m, id, {})
  expect(await shown(m)).toEqual(['2027-11-24', 'KD26-0001', '07/GCN'])
  const [op] = (await m.s.db.outbox.toArray()).filter((row) => row.kind === 'instrument').map((row) => row.op.set)
  expect(op).toEqual({ maker: 'Nhơn Hòa' })
})

it('takes it back with the paper, or when the server did not take it', async () => {
  const m = await market()
  await voided(m.s, 'minutes', await certificate(m, '2027-11-24'), 'In hỏng')
  expect(await shown(m)).toEqual([null, null, null])
  const refused = await certificate(m, '2027-12-24')
  expect(await shown(m)).toEqual(['2027-12-24', 'KD26-0001', '07/GCN'])
  await answered(m, refused, { status: 'quarantined', code: 'bad_signature', rev: null, seq: null })
  expect(await shown(m)).toEqual([null, null, null])
})
