// Autosave: nothing typed is lost, nothing a colleague wrote is overwritten unseen, one tap is one record.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { get } from '../../src/core/store/documents.ts'
import { newRow, putServer, refresh } from '../../src/core/store/rows.ts'
import type { Session } from '../../src/core/store/session.ts'
import type { State } from '../../src/core/types.ts'
import { Draft } from '../../src/ui/work/draft.svelte.ts'
import { answerAll, findingId, record, type Place } from '../../src/ui/work/recording.ts'
import { flush, saving } from '../../src/ui/work/saving.svelte.ts'
import { CHECKLIST, pulled, signedIn, wipe } from '../bench.ts'

let s: Session
let place: Place
const item = (key: string) => ({ key }) as Parameters<typeof answerAll>[4][number]

beforeEach(async () => {
  bases = []
  s = await signedIn()
  const inspection = await pulled(s, 'inspection', { campaign_id: 'c', status: 'in_progress', checklists: [CHECKLIST] })
  place = { inspection, checklist: CHECKLIST, item: 'FU14', subject: null }
})
afterEach(wipe)
afterEach(() => vi.restoreAllMocks())

function draft(state?: State): Draft {
  return new Draft(findingId(place), (change) => record(s, place, change), state)
}
const kept = async (): Promise<State> => (await get(s, 'finding', findingId(place)))?.state ?? {}
const operations = async () => (await s.db.outbox.toArray()).map((each) => each.op)

/** A colleague's version of the answer comes with a pull. */
async function colleague(state: State): Promise<void> {
  const row = (await s.db.documents.get(['finding', findingId(place)])) ?? newRow('finding', findingId(place), 'campaign:c', place.inspection)
  putServer(s, row, { inspection_id: place.inspection, checklist: 'fuel-dispenser', item: 'FU14', subject_id: null, ordinal: 0, ...state })
  row.rev += 1
  await refresh(s, row)
  await s.db.documents.put(row)
}

/** The server takes what waits: it stands in the answer and no longer in the outbox. */
async function acknowledged(): Promise<void> {
  const waiting = await s.db.outbox.toArray()
  bases.push(...waiting.map((each) => each.op.base.rows))
  const state = await kept()
  await s.db.outbox.clear()
  const row = await s.db.documents.get(['finding', findingId(place)])
  if (row === undefined) throw new Error('nothing was written')
  row.waiting = []
  putServer(s, row, state)
  row.rev += 1
  await refresh(s, row)
  await s.db.documents.put(row)
}
let bases: unknown[]

describe('an answer', () => {
  it('is on the tablet as soon as it was tapped', async () => {
    const own = draft()
    own.choose('nonconforming')
    await flush()
    expect(await kept()).toMatchObject({ answer: 'nonconforming', item: 'FU14' })
    expect(await operations()).toHaveLength(1)
    expect(saving.failed).toBeNull()
  })

  it('that was taken back is empty again', async () => {
    const own = draft()
    own.choose('conforming')
    own.choose(null)
    await flush()
    expect((await kept()).answer).toBeNull()
  })
})

describe('what is typed', () => {
  it('is written after a breath, at once where the screen goes', async () => {
    const own = draft()
    own.enter('load', '5.0')
    own.write('Cân bị lệch')
    expect(saving.waiting).toBe(1)
    await flush()
    expect(await kept()).toMatchObject({ values: { load: '5.0' }, note: 'Cân bị lệch' })
    expect(saving.waiting).toBe(0)
    expect(saving.at).not.toBeNull()
  })

  it('stays on the screen while another’s value of another field is drawn', async () => {
    const own = draft()
    own.enter('load', '5.0')
    own.absorb({ answer: 'conforming', values: { load: '4.9', unit: 'kg' }, note: 'của bạn' })
    expect([own.values, own.answer, own.note]).toEqual([{ load: '5.0', unit: 'kg' }, 'conforming', 'của bạn'])
    await flush()
  })

  it('leaves a colleague’s fields alone that came while it was typed', async () => {
    await colleague({ values: { load: '4.9' }, note: '' })
    const own = draft(await kept())
    own.enter('load', '5.0')
    await colleague({ values: { load: '4.9', tare: '0.1' }, note: 'của bạn' })
    await flush()
    expect(await kept()).toMatchObject({ values: { load: '5.0', tare: '0.1' }, note: 'của bạn' })
    expect((await operations()).at(-1)?.set).toEqual({ values: { load: '5.0', tare: '0.1' } })
  })

  it('says what was seen before, so that the server finds the conflict that nobody saw', async () => {
    await colleague({ note: 'cũ' })
    const own = draft(await kept())
    own.write('của tôi')
    await colleague({ note: 'của bạn' })
    own.absorb(await kept())
    await flush()
    expect((await operations()).at(-1)).toMatchObject({ set: { note: 'của tôi' }, base: { note: 'cũ' } })
  })

  it('has seen what was typed before, though the server had it before the screen was drawn anew', async () => {
    const more = [{ v_fd: '20.01' }]
    const own = new Draft(findingId(place), async (change) => {
      await record(s, place, change)
      for (const row of more.splice(0)) own.addRow(row) // while what stands there is being written
      await acknowledged()
    }, undefined)
    own.setRows([{ v_fd: '20.00' }])
    await flush()
    await flush()
    own.addRow({ v_fd: '20.02' }) // and once more before anything is drawn
    await flush()
    expect((await kept()).rows).toEqual([{ v_fd: '20.00' }, { v_fd: '20.01' }, { v_fd: '20.02' }])
    expect(bases).toEqual([undefined, [{ v_fd: '20.00' }], [{ v_fd: '20.00' }, { v_fd: '20.01' }]])
  })

  it('is not lost when the storage is full: it is said, it stays, and it is tried again', async () => {
    const own = draft()
    const full = vi.spyOn(s.db.outbox, 'add').mockRejectedValue(Object.assign(new Error('full'), { name: 'QuotaExceededError' }))
    own.write('Ghi lúc máy đầy')
    await flush()
    expect(saving.failed).toBe('full')
    own.absorb({})
    expect(own.note).toBe('Ghi lúc máy đầy')
    full.mockRestore()
    await flush()
    expect(saving.failed).toBeNull()
    expect((await kept()).note).toBe('Ghi lúc máy đầy')
  })
})

describe('a table', () => {
  it('keeps rows in their order; a removed row comes back whole', async () => {
    const own = draft()
    own.addRow({ v_fd: '20.00' })
    own.addRow()
    own.cell(1, 'v_fd', '20.01')
    const before = own.rows
    own.removeRow(0)
    expect(own.rows).toEqual([{ v_fd: '20.01' }])
    own.setRows(before)
    await flush()
    expect((await kept()).rows).toEqual([{ v_fd: '20.00' }, { v_fd: '20.01' }])
  })
})

it('one answer for several items is all of them or none', async () => {
  await answerAll(s, place.inspection, CHECKLIST, null, [item('FU02'), item('FU03')], 'conforming')
  const add = s.db.outbox.add.bind(s.db.outbox)
  let left = 1
  vi.spyOn(s.db.outbox, 'add').mockImplementation((row) => (left-- > 0 ? add(row) : Promise.reject(new Error('killed')) as ReturnType<typeof add>))
  await expect(answerAll(s, place.inspection, CHECKLIST, null, [item('FU11'), item('FU12')], 'conforming')).rejects.toThrow('killed')
  expect((await operations()).map((op) => op.set.item)).toEqual(['FU02', 'FU03'])
})
