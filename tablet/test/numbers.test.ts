// Minutes numbers: never twice, never without their paper, only from ranges that may be used.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blanks, follow, issue, left, next, reserve, take, takeBlank } from '../src/core/numbers.ts'
import { create, transaction } from '../src/core/outbox/record.ts'
import { DeviceDb } from '../src/core/store/db.ts'
import type { Session } from '../src/core/store/session.ts'
import type { Lease } from '../src/core/types.ts'
import { killed, pulled, signedIn, wipe } from './bench.ts'

const YEAR = new Date().getFullYear()
const SERIES = 'BB-ĐKT'
let s: Session
let inspection: string

beforeEach(async () => {
  s = await signedIn()
  inspection = await pulled(s, 'inspection', { campaign_id: 'c' })
})
afterEach(wipe)

async function leased(from: number, to: number, more: Partial<Lease> & { refused?: string; returned?: 0 | 1 } = {}): Promise<string> {
  const id = `lease-${from}`
  const lease = { id, series: SERIES, symbol: SERIES, year: YEAR, from, to, expires_on: `${YEAR}-12-31`, refused: null, returned: 0 as const, ...more }
  await s.db.leases.put(lease)
  return id
}

function minutes(session: Session, number: number): Promise<string> {
  return create(session, 'minutes', { scope: 'campaign:c', parent: inspection, set: { inspection_id: inspection, series: SERIES, year: YEAR, number } })
}

function issued(session: Session, pause = 0): Promise<string> {
  const compose = async (_lease: Lease, number: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, pause)) // the signature takes its time
    return number
  }
  return issue(session, SERIES, YEAR, compose, (number) => minutes(session, number))
}

async function onPaper(): Promise<unknown[]> {
  return (await s.db.outbox.toArray()).filter((row) => row.kind === 'minutes').map((row) => row.op.set.number)
}

describe('taking', () => {
  it('runs through the ranges in order, then says that none is left', async () => {
    await leased(21, 22)
    await leased(5, 6)
    for (let each = 0; each < 4; each++) await issued(s)
    expect(await onPaper()).toEqual([5, 6, 21, 22])
    await expect(issued(s)).rejects.toMatchObject({ key: 'no_numbers', values: { series: SERIES, year: YEAR } })
    expect((await left(s)).map((each) => each.left)).toEqual([0])
  })

  it('gives two tabs that sign at the same time two numbers, each on one paper', async () => {
    await leased(1, 20)
    const otherTab: Session = { ...s, db: new DeviceDb(s.device) }
    await Promise.all(Array.from({ length: 12 }, (_, index) => issued(index % 2 ? s : otherTab, index % 3)))
    otherTab.db.close()
    expect((await onPaper()).sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    expect((await s.db.numbers.toArray()).every((row) => row.use === 'issued' && row.minutes !== null)).toBe(true)
  })

  it('takes none where the tab is killed before the paper is recorded', async () => {
    await leased(1, 3)
    await killed(s, async () => {
      await minutes(s, (await take(s, SERIES, YEAR)).number)
    })
    expect(await s.db.numbers.count()).toBe(0)
    expect(await onPaper()).toEqual([])
    expect((await next(s, SERIES, YEAR)).number).toBe(1)
  })

  it('refuses to take one outside the transaction of its paper', async () => {
    await leased(1, 3)
    await expect(take(s, SERIES, YEAR)).rejects.toThrow(TypeError)
  })

  it.each([
    ['refused by the server', { refused: 'Dải số đã cấp cho máy khác.' }],
    ['given back', { returned: 1 as const }],
    ['expired', { expires_on: `${YEAR - 1}-12-31` }],
    ['of another year', { year: YEAR + 1 }],
    ['of another series', { series: 'TB-KQ' }],
  ])('leaves a range alone that is %s', async (_why, more) => {
    await leased(1, 9, more)
    await expect(next(s, SERIES, YEAR)).rejects.toMatchObject({ key: 'no_numbers' })
  })
})

describe('blank sheets', () => {
  it('have numbers of their own that only their minutes take', async () => {
    await leased(1, 5)
    expect((await reserve(s, SERIES, YEAR, 2)).map((each) => each.number)).toEqual([1, 2])
    await issued(s)
    expect(await onPaper()).toEqual([3])
    await transaction(s, async () => takeBlank(s, SERIES, YEAR, 2, await minutes(s, 2)))
    expect((await blanks(s)).map((row) => row.number)).toEqual([1])
    await expect(transaction(s, () => takeBlank(s, SERIES, YEAR, 2, 'again'))).rejects.toMatchObject({ key: 'not_blank' })
    await expect(transaction(s, () => takeBlank(s, SERIES, YEAR, 4, 'free'))).rejects.toMatchObject({ key: 'not_blank' })
  })

  it('are not set aside in part', async () => {
    await leased(1, 3)
    await expect(reserve(s, SERIES, YEAR, 5)).rejects.toMatchObject({ key: 'no_numbers' })
    expect(await s.db.numbers.count()).toBe(0)
  })
})

describe('hello', () => {
  const lease = { id: 'lease-1', series: SERIES, symbol: SERIES, year: YEAR, from: 1, to: 5, expires_on: `${YEAR}-12-31` }

  it('brings ranges, takes refused ones out for good, and keeps what was used', async () => {
    await follow(s.db, [lease], [])
    await issued(s)
    expect(await left(s)).toEqual([{ series: SERIES, year: YEAR, left: 4 }])
    await follow(s.db, [lease], [{ id: 'lease-1', detail: 'Dải số này đã cấp cho máy khác.' }])
    expect(await left(s)).toEqual([])
    await follow(s.db, [lease], [])
    expect(await left(s)).toEqual([])
  })

  it('names what is to be given back again, and drops what the server no longer lists', async () => {
    await follow(s.db, [lease], [])
    await s.db.leases.update('lease-1', { returned: 1 })
    expect(await follow(s.db, [lease], [])).toEqual(['lease-1'])
    await s.db.leases.update('lease-1', { returned: 0 })
    expect(await follow(s.db, [], [])).toEqual([])
    await expect(next(s, SERIES, YEAR)).rejects.toMatchObject({ key: 'no_numbers' })
  })
})
