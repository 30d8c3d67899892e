// Rounds against a server in memory: killed at every step, doubled, restored, with others writing meanwhile.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { create, patch } from '../../src/core/outbox/record.ts'
import { all, get } from '../../src/core/store/documents.ts'
import { deviceDb, letGo } from '../../src/core/store/db.ts'
import { begin, type Session, sessionOf } from '../../src/core/store/session.ts'
import { unlock } from '../../src/core/store/vault.ts'
import { sayHello } from '../../src/core/sync/epoch.ts'
import { link } from '../../src/core/sync/http.ts'
import { notices } from '../../src/core/sync/notices.ts'
import { pullAll } from '../../src/core/sync/pull.ts'
import { pushAll } from '../../src/core/sync/push.ts'
import { settleAll } from '../../src/core/sync/settle.ts'
import { PIN, signedIn, wipe } from '../bench.ts'
import { quiet, troubled } from '../node/faults.ts'
import { MemoryServer, REFUSED, SCOPE } from './server.ts'

let server: MemoryServer
let s: Session
const real = { ...link }

beforeEach(async () => {
  server = new MemoryServer()
  Object.assign(link, { base: 'http://server', fetch: server.fetch })
  s = await signedIn()
})
afterEach(async () => {
  Object.assign(link, real)
  await wipe()
})

async function round(session = s): Promise<void> {
  const line = { db: session.db, token: session.token, session }
  await settleAll(session)
  await sayHello(line)
  await pushAll(line)
  await pullAll(session)
}

/** The browser is started again, and its user signs in. */
async function restarted(): Promise<Session> {
  letGo(s.device)
  const lock = await deviceDb(s.device).read('lock')
  s = await sessionOf(s.device, (await unlock(lock!, PIN))!)
  begin(s)
  return s
}

async function note(id: string, text: string): Promise<void> {
  await patch(s, 'requirement', id, { note: text })
}

function requirement(text: string): Promise<string> {
  return create(s, 'requirement', { scope: SCOPE, parent: null, set: { note: text } })
}

/** What both sides have is the same, and nothing was doubled or lost. */
async function expectWhole(count: number): Promise<void> {
  expect(server.journal.length).toBe(new Set(server.journal).size)
  const rows = await s.db.outbox.toArray()
  expect(rows.map((row) => row.state)).toEqual(rows.map(() => 'kept'))
  expect(rows.length).toBe(count)
  const shown = Object.fromEntries((await all(s, 'requirement')).map((doc) => [doc.id, doc.state]))
  const stored = Object.fromEntries([...server.documents.values()].filter((doc) => !doc.gone).map((doc) => [doc.id, doc.state]))
  expect(shown).toEqual(stored)
}

class Killed extends Error {}

/** End the browser at the n-th step: before or after a request, or before a transaction. Nothing runs after it. */
function killAt(step: number): () => boolean {
  let count = 0
  const { db } = s
  const strike = (): void => {
    if (++count < step) return
    db.close()
    throw new Killed()
  }
  const transaction = db.transaction.bind(db) as (...args: unknown[]) => unknown
  Object.assign(db, {
    transaction: (...args: unknown[]) => {
      strike()
      return transaction(...args)
    },
  })
  link.fetch = async (url, init) => {
    strike()
    const answer = await server.fetch(url, init)
    strike()
    return answer
  }
  return () => count >= step
}

describe('a tab that is killed', () => {
  it('at any step of a round loses and doubles nothing', async () => {
    const ids = [await requirement('một'), await requirement('hai')]
    server.writes('requirement', 'văn phòng', { note: 'từ văn phòng' })
    let steps = 0
    for (let step = 1; ; step++) {
      const isDead = killAt(step)
      await round().catch((error: unknown) => {
        if (!isDead()) throw error
      })
      link.fetch = server.fetch
      await restarted()
      if (!isDead()) break
      steps = step
      await note(ids[step % 2]!, `sửa ${step}`)
    }
    expect(steps).toBeGreaterThan(8)
    await round()
    await expectWhole(await s.db.outbox.count())
    expect(new Set((await s.db.outbox.toArray()).map((row) => row.op_id))).toEqual(new Set(server.journal))
    expect(await s.db.outbox.count()).toBeGreaterThan(steps) // no change was lost, though the first may be told with its document
    expect((await get(s, 'requirement', ids[steps % 2]!))?.state.note).toBe(`sửa ${steps}`)
  })
})

describe('two engines', () => {
  it('at once do no harm, even where the browser has no locks', async () => {
    for (let n = 0; n < 20; n++) await requirement(`${n}`)
    await s.db.write('batch', 3)
    await Promise.all([round(), round(), round()])
    await expectWhole(20)
  })
})

describe('whatever happens by chance', () => {
  it.each(Array.from({ length: 8 }, (_, seed) => seed))('seed %i: everything arrives once and both sides agree', async (seed) => {
    const trouble = { ...quiet(), rate: 0.3, seed }
    const draw = (most: number): number => (trouble.seed = (Math.imul(trouble.seed, 1103515245) + 12345) & 0x7fffffff) % most
    link.fetch = troubled(trouble, server.fetch)
    const ids = [await requirement('đầu')]
    let restore: (() => void) | undefined
    for (let step = 0; step < 25; step++) {
      const id = ids[draw(ids.length)]!
      const act = draw(7)
      if (act === 0) ids.push(await requirement(`mới ${step}`))
      else if (act <= 2) await note(id, `ghi ${step}`)
      else if (act === 3 && server.documents.has(`requirement/${id}`)) server.writes('requirement', id, { ...server.documents.get(`requirement/${id}`)!.state, other: `${step}` })
      else if (act === 4) restore ??= server.backup()
      else if (act === 5 && restore) restore = void restore()
      else await round().catch(() => undefined)
      if (draw(5) === 0) await restarted()
    }
    link.fetch = server.fetch
    for (let end = 0; end < 4; end++) await round().catch(() => undefined)
    await expectWhole(await s.db.outbox.count())
    expect(new Set((await s.db.outbox.toArray()).map((row) => row.op_id))).toEqual(new Set(server.journal))
  })
})

describe('a restored server', () => {
  it.each([0, 1])('gets all again that is kept, with %i waiting besides, and what it does not have is gone', async (waiting) => {
    await requirement('trước sao lưu')
    await round()
    const restore = server.backup()
    const after = await requirement('sau sao lưu')
    server.writes('requirement', 'văn phòng', { note: 'mất cùng đĩa' })
    await round()
    expect((await all(s, 'requirement')).length).toBe(3)
    restore()
    expect(server.journal.length).toBe(1)
    if (waiting > 0) await requirement('chưa gửi')
    await round()
    await expectWhole(2 + waiting)
    expect(server.documents.has(`requirement/${after}`)).toBe(true)
    expect(await get(s, 'requirement', 'văn phòng')).toBeUndefined()
  })

  it('is noticed by a queue that is delivered without its owner, too', async () => {
    const ids = [await requirement('một'), await requirement('hai')]
    await round()
    const nothing = new MemoryServer()
    Object.assign(server, { documents: nothing.documents, receipts: nothing.receipts, nextDeviceSeq: 1, journal: [], epoch: 'sau khôi phục' })
    await requirement('ba')
    await pushAll({ db: s.db, token: 'upload-token', session: null })
    expect(server.documents.size).toBe(3)
    await round()
    await expectWhole(3)
    expect(ids.every((id) => server.documents.has(`requirement/${id}`))).toBe(true)
  })
})

describe('while a push is on its way', () => {
  it('what is typed becomes an operation of its own, and is shown over the answer', async () => {
    const id = await requirement('trước')
    link.fetch = async (url, init) => {
      if (url.endsWith('/push') && server.pushes.length === 0) await note(id, 'trong lúc gửi')
      return server.fetch(url, init)
    }
    await pushAll({ db: s.db, token: s.token, session: s })
    expect(server.pushes.map((ops) => ops.map((op) => op.set.note))).toEqual([['trước'], ['trong lúc gửi']])
    expect((await get(s, 'requirement', id))?.state.note).toBe('trong lúc gửi')
  })

  it('a pull does not hide what waits, nor does the base forget what was seen', async () => {
    server.writes('requirement', 'r', { note: 'cũ', text: 'cũ' })
    await round()
    await note('r', 'của tôi')
    server.writes('requirement', 'r', { note: 'cũ', text: 'mới từ văn phòng' })
    await pullAll(s)
    expect((await get(s, 'requirement', 'r'))?.state).toMatchObject({ note: 'của tôi', text: 'mới từ văn phòng' })
    server.writes('requirement', 'r', { note: 'của văn phòng', text: 'mới từ văn phòng' })
    await round()
    expect((await notices(s)).map((each) => [each.why, each.op.base])).toEqual([['conflict', { note: 'cũ' }]])
    expect((await get(s, 'requirement', 'r'))?.state.note).toBe('của văn phòng')
  })
})

describe('documents that leave', () => {
  it('go when their own scope says so, not at another scope’s word', async () => {
    server.writes('requirement', 'a', { note: '1' })
    server.writes('requirement', 'b', { note: '2' })
    await round()
    server.drops('requirement', 'a', 'moved')
    server.documents.get('requirement/a')!.scope = 'campaign:other'
    server.drops('requirement', 'b', 'deleted')
    await round()
    expect((await all(s, 'requirement')).map((doc) => doc.id)).toEqual(['a'])
  })

  it('stay while something of them waits, and go with the answer', async () => {
    server.writes('requirement', 'a', { note: '1' })
    await round()
    await note('a', 'chưa gửi')
    server.revoked = [SCOPE]
    await pullAll(s)
    expect((await get(s, 'requirement', 'a'))?.state.note).toBe('chưa gửi')
    server.documents.clear()
    server.revoked = []
    await round()
    expect((await s.db.notices.toArray()).map((each) => each.op.set.note)).toEqual(['chưa gửi'])
  })
})

describe('a refused operation', () => {
  it('stays shown where the server has no such document, and its notice until it was seen and is over', async () => {
    const id = await requirement(REFUSED)
    await round()
    expect(await get(s, 'requirement', id)).toMatchObject({ refused: 1, waiting: 0, state: { note: REFUSED } })
    await round()
    expect((await notices(s)).length).toBe(1)
    server.writes('requirement', id, { note: REFUSED })
    await s.db.notices.toCollection().modify({ seen: 1 })
    await round()
    await round()
    expect(await notices(s)).toEqual([])
    expect((await get(s, 'requirement', id))?.refused).toBe(0)
  })

  it('of a signed-out inspector is settled when they sign in', async () => {
    const [id, fine] = [await requirement(REFUSED), await requirement('được')]
    await pushAll({ db: s.db, token: 'upload-token', session: null })
    expect((await s.db.outbox.toArray()).map((row) => [row.state, row.settled])).toEqual([['kept', 0], ['kept', 0]])
    await settleAll(s)
    expect(await get(s, 'requirement', fine)).toMatchObject({ rev: 1, waiting: 0 })
    expect(await get(s, 'requirement', id)).toMatchObject({ refused: 1, waiting: 0 })
  })
})

describe('what was answered', () => {
  it('leaves from the front when it is durable, and not before', async () => {
    for (const text of ['1', REFUSED, '3']) await requirement(text)
    await round()
    server.durable = { [SCOPE]: 99 }
    await round()
    expect((await s.db.outbox.toArray()).map((row) => row.device_seq)).toEqual([2, 3])
    await s.db.outbox.toCollection().modify((row) => void (row.answered_at = Date.now() - 31 * 86_400_000))
    await round()
    expect(await s.db.outbox.count()).toBe(0)
    expect((await notices(s)).length).toBe(1)
  })
})
