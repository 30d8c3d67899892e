// Recording: one change is one transaction; numbers have no gap, bases are what was seen, nothing is half written.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { all, childrenOf, get } from '../../src/core/store/documents.ts'
import { DeviceDb } from '../../src/core/store/db.ts'
import type { Session } from '../../src/core/store/session.ts'
import { answer, create, patch, remove, resolve, transaction, voided } from '../../src/core/outbox/record.ts'
import { answerId } from '../../src/core/outbox/ids.ts'
import { CHECKLIST, killed, pulled, signedIn, wipe } from '../bench.ts'

let s: Session
let inspection: string

beforeEach(async () => {
  s = await signedIn()
  inspection = await pulled(s, 'inspection', { campaign_id: 'c', status: 'planned', conclusion: null, standards: ['a'] }, 'campaign:c', 4)
})
afterEach(wipe)

async function outbox() {
  return s.db.outbox.toArray()
}

/** Make the next change an operation of its own. */
async function asSent(): Promise<void> {
  await s.db.outbox.toCollection().modify({ sent: 1 })
}

describe('one change', () => {
  it('is a row of the outbox and the new view', async () => {
    await patch(s, 'inspection', inspection, { conclusion: 'Đạt yêu cầu' })
    const [row] = await outbox()
    expect(row?.op).toMatchObject({
      device_seq: 1, kind: 'inspection', id: inspection, type: 'patch', scope: 'campaign:c', base_rev: 4,
      set: { conclusion: 'Đạt yêu cầu' }, base: { conclusion: null }, group: null,
    })
    expect(row?.op.at).toMatch(/[+-]\d\d:\d\d$/)
    expect(await get(s, 'inspection', inspection)).toMatchObject({ rev: 4, waiting: 1, state: { conclusion: 'Đạt yêu cầu', status: 'planned' } })
  })

  it('records nothing where nothing changes: empty, absent and null are one', async () => {
    await patch(s, 'inspection', inspection, { status: 'planned', conclusion: '', establishment_statement: null })
    expect(await outbox()).toEqual([])
  })

  it('leaves nothing behind when the tab is killed before the commit', async () => {
    await killed(s, () => patch(s, 'inspection', inspection, { conclusion: 'x' }))
    expect(await outbox()).toEqual([])
    expect((await get(s, 'inspection', inspection))?.state.conclusion).toBeNull()
    await patch(s, 'inspection', inspection, { conclusion: 'y' })
    expect((await outbox()).map((row) => row.device_seq)).toEqual([1])
  })

  it('is all or nothing with others of its transaction', async () => {
    const work = transaction(s, async () => {
      await patch(s, 'inspection', inspection, { conclusion: 'x' })
      await patch(s, 'inspection', 'không có', { conclusion: 'x' })
    })
    await expect(work).rejects.toMatchObject({ key: 'not_found' })
    expect(await outbox()).toEqual([])
  })

  it('keeps text in the form that the server keeps, and refuses what it would refuse', async () => {
    await patch(s, 'inspection', inspection, { conclusion: 'Đa\u0323t\u0000 yêu\u0007 cầu\ud800' })
    expect((await outbox())[0]?.op.set.conclusion).toBe('Đạt yêu cầu')
    await expect(patch(s, 'inspection', inspection, { n: 0.5 })).rejects.toThrow(TypeError)
    await expect(patch(s, 'inspection', inspection, { conclusion: 'ộ'.repeat(40_000) })).rejects.toMatchObject({ key: 'too_large' })
    expect((await outbox()).length).toBe(1)
  })

  it('says in words that the storage is full, with nothing half written', async () => {
    const full = (): never => {
      throw new DOMException('no room', 'QuotaExceededError')
    }
    s.db.documents.hook('updating', full)
    await expect(patch(s, 'inspection', inspection, { conclusion: 'x' })).rejects.toMatchObject({ key: 'storage_full' })
    s.db.documents.hook('updating').unsubscribe(full)
    expect(await outbox()).toEqual([])
    expect((await get(s, 'inspection', inspection))?.state.conclusion).toBeNull()
  })
})

describe('numbers of operations', () => {
  it('are contiguous when two tabs write at once', async () => {
    const otherTab: Session = { ...s, db: new DeviceDb(s.device) }
    const writes = Array.from({ length: 40 }, (_, index) =>
      create(index % 2 ? s : otherTab, 'requirement', { scope: 'campaign:c', parent: inspection, set: { inspection_id: inspection, text: `${index}` } }),
    )
    await Promise.all(writes)
    otherTab.db.close()
    expect((await outbox()).map((row) => row.op.device_seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(new Set((await outbox()).map((row) => row.op_id)).size).toBe(40)
  })

  it('go on where they were after everything has left the outbox', async () => {
    await patch(s, 'inspection', inspection, { conclusion: 'x' })
    await s.db.outbox.clear()
    await patch(s, 'inspection', inspection, { conclusion: 'y' })
    expect((await outbox())[0]?.device_seq).toBe(2)
  })
})

describe('an answer', () => {
  const given = (set: object, subject: string | null = null) => ({ inspection, checklist: CHECKLIST, item: 'FU02', subject, ordinal: 0, set: { ...set } })

  it('creates the one finding, and changes it from then on', async () => {
    const id = await answer(s, given({ answer: 'nonconforming' }))
    await asSent()
    expect(await answer(s, given({ answer: 'conforming', note: 'Đã thay tem' }))).toBe(id)
    expect(id).toBe(answerId(inspection, 'fuel-dispenser', 'FU02', null, 0))
    const [first, second] = (await outbox()).map((row) => row.op)
    expect(first).toMatchObject({ type: 'create', parent: inspection, scope: 'campaign:c', checklist: CHECKLIST, base: {} })
    expect(first?.set).toMatchObject({ inspection_id: inspection, checklist: 'fuel-dispenser', item: 'FU02', subject_id: null, ordinal: 0 })
    expect(second).toMatchObject({ type: 'patch', base: { answer: 'nonconforming', note: null }, base_rev: null })
    expect((await childrenOf(s, inspection, 'finding')).map((doc) => doc.state.answer)).toEqual(['conforming'])
  })

  it('of another subject is another finding', async () => {
    await answer(s, given({ answer: 'conforming' }, '0190e0c0-0000-7000-8000-000000000001'))
    await answer(s, given({ answer: 'conforming' }, '0190e0c0-0000-7000-8000-000000000002'))
    expect((await all(s, 'finding')).length).toBe(2)
  })
})

describe('what the person saw', () => {
  it('is the base, even where a pull has changed it below the open form', async () => {
    await patch(s, 'inspection', inspection, { conclusion: 'mới' }, { base: { conclusion: 'như đã thấy' } })
    expect((await outbox())[0]?.op.base).toEqual({ conclusion: 'như đã thấy' })
  })

  it('may be nothing, which is not the same as not to know', async () => {
    const other = await pulled(s, 'inspection', { campaign_id: 'c', conclusion: 'của đồng nghiệp' })
    await patch(s, 'inspection', other, { conclusion: 'của tôi' }, { base: { conclusion: null } })
    expect((await outbox())[0]?.op.base).toEqual({ conclusion: null })
  })

  it('is the own change that still waits, so that one can go back to the beginning', async () => {
    const other = await pulled(s, 'inspection', { campaign_id: 'c', conclusion: 'đầu' })
    const base = { conclusion: 'đầu' }
    await patch(s, 'inspection', other, { conclusion: 'nhầm' }, { base })
    await asSent()
    await patch(s, 'inspection', other, { conclusion: 'đầu' }, { base })
    expect((await outbox()).at(-1)?.op).toMatchObject({ set: { conclusion: 'đầu' }, base: { conclusion: 'nhầm' } })
    expect((await get(s, 'inspection', other))?.state.conclusion).toBe('đầu')
  })

  it('leaves another value of the server alone where the person changed nothing', async () => {
    await patch(s, 'inspection', inspection, { conclusion: 'như đã thấy' }, { base: { conclusion: 'như đã thấy' } })
    expect(await outbox()).toEqual([])
  })
})

describe('keystrokes', () => {
  it('fold into the last operation while it has not been sent, with the first base and the last time', async () => {
    const id = await answer(s, { inspection, checklist: CHECKLIST, item: 'FU02', subject: null, ordinal: 0, set: { answer: 'nonconforming' } })
    for (const note of ['H', 'Hế', 'Hết hạn']) await patch(s, 'finding', id, { note })
    const rows = await outbox()
    expect(rows.map((row) => [row.device_seq, row.op.type, row.op.set.note])).toEqual([[1, 'create', 'Hết hạn']])
    expect((await get(s, 'finding', id))?.state.note).toBe('Hết hạn')
  })

  it('keep the base of the first one', async () => {
    await patch(s, 'inspection', inspection, { conclusion: 'Đ' })
    await patch(s, 'inspection', inspection, { conclusion: 'Đạt', standards: ['a', 'b'] })
    expect((await outbox()).map((row) => row.op.base)).toEqual([{ conclusion: null, standards: ['a'] }])
  })

  it.each([
    ['it may have reached the server', () => asSent()],
    ['another document was changed in between', () => create(s, 'measure', { scope: 'campaign:c', parent: inspection, set: { inspection_id: inspection } })],
    ['a minute has passed', () => s.db.outbox.toCollection().modify((row) => void (row.first_at -= 61_000))],
    ['the app was started again', () => s.db.outbox.toCollection().modify((row) => void (row.op.clock.boot = 'earlier'))],
  ])('become an operation of their own when %s', async (_why, happens) => {
    await patch(s, 'inspection', inspection, { conclusion: 'Đ' })
    const before = (await outbox())[0]?.op
    await happens()
    await patch(s, 'inspection', inspection, { conclusion: 'Đạt' })
    const ops = (await outbox()).map((row) => row.op)
    expect(ops.at(-1)).toMatchObject({ set: { conclusion: 'Đạt' }, base: { conclusion: 'Đ' } })
    expect(ops[0]).toMatchObject({ op_id: before?.op_id, set: { conclusion: 'Đ' } })
  })
})

describe('voiding, deleting, resolving', () => {
  it('cross out, hide, settle', async () => {
    const finding = await pulled(s, 'finding', {
      inspection_id: inspection, note: 'theirs', values: { q: '1' },
      conflicts: { note: [{ value: 'mine', actor: 'u', at: 't', op_id: 'o1' }], 'values.q': [{ value: '2', actor: 'u', at: 't', op_id: 'o2' }] },
    })
    await resolve(s, 'finding', finding, 'note', 'mine', ['o1'])
    await resolve(s, 'finding', finding, 'values.q', '2', ['o2'])
    expect((await get(s, 'finding', finding))?.state).toMatchObject({ note: 'mine', values: { q: '2' }, conflicts: {} })
    expect((await outbox())[0]?.op).toMatchObject({ type: 'resolve', set: { field: 'note', value: 'mine', op_ids: ['o1'] }, base: { note: 'theirs' } })
    await voided(s, 'finding', finding, 'Ghi nhầm')
    expect((await get(s, 'finding', finding))?.state.voided).toMatchObject({ reason: 'Ghi nhầm', actor: s.user.id })
    const measure = await pulled(s, 'measure', { inspection_id: inspection }, 'campaign:c', 7)
    await remove(s, 'measure', measure)
    expect(await get(s, 'measure', measure)).toBeUndefined()
    expect((await outbox()).at(-1)?.op).toMatchObject({ type: 'delete', base_rev: 7 })
  })
})
