// Minutes numbers of leased ranges: which is next, taken with its paper in one transaction, set aside for blanks, given back.
import Dexie from 'dexie'
import type { Lease } from './types.ts'
import { transaction } from './outbox/record.ts'
import type { DeviceDb, LeaseRow, NumberRow } from './store/db.ts'
import type { Session } from './store/session.ts'
import { leaseOf } from './sync/answers.ts'
import { ask as request } from './sync/http.ts'
import { Trouble } from './trouble.ts'

export interface Numbered {
  lease: Lease
  number: number
}

/** Take the next number. Only inside the transaction that writes its minutes: no number without its paper. */
export async function take(s: Session, series: string, year: number, minutes: string | null = null): Promise<Numbered> {
  if (!Dexie.currentTransaction) throw new TypeError('a number is taken in the transaction of its paper')
  return marked(s, series, year, 'issued', minutes)
}

/**
 * Number, compose, sign and record a paper. Signing waits for the browser, which no database transaction survives: so the
 * paper is made for the next number first, and recorded only if that is still the next one; else it is made again.
 */
export async function issue<Paper>(
  s: Session, series: string, year: number,
  compose: (lease: Lease, number: number) => Promise<Paper>, record: (paper: Paper, lease: Lease, number: number) => Promise<string>,
): Promise<string> {
  for (;;) {
    const { lease, number } = await next(s, series, year)
    const paper = await compose(lease, number)
    const id = await transaction(s, async () => {
      const now = await next(s, series, year)
      if (now.lease.id !== lease.id || now.number !== number) return null
      const minutes = await record(paper, lease, number)
      await take(s, series, year, minutes)
      return minutes
    })
    if (id !== null) return id
  }
}

/** Tell the next free number without taking it. */
export async function next(s: Session, series: string, year: number): Promise<Numbered> {
  const found = (await free(s.db, series, year, 1))[0]
  if (!found) throw new Trouble('no_numbers', { series, year })
  return found
}

/** Count the numbers left, by series and year. */
export async function left(s: Pick<Session, 'db'>): Promise<{ series: string; year: number; left: number }[]> {
  const counts = new Map<string, { series: string; year: number; left: number }>()
  for (const lease of await usable(s.db)) {
    const key = `${lease.series}/${lease.year}`
    const entry = counts.get(key) ?? { series: lease.series, year: lease.year, left: 0 }
    entry.left += lease.to - lease.from + 1 - (await s.db.numbers.where('lease').equals(lease.id).count())
    counts.set(key, entry)
  }
  return [...counts.values()].sort((one, other) => one.year - other.year || one.series.localeCompare(other.series))
}

/** Set the next numbers aside for blank pre-printed minutes. */
export function reserve(s: Session, series: string, year: number, count: number): Promise<Numbered[]> {
  return transaction(s, async () => {
    const found: Numbered[] = []
    for (let each = 0; each < count; each++) found.push(await marked(s, series, year, 'blank', null))
    return found
  })
}

/** The numbers on blank paper that no minutes carry yet. */
export async function blanks(s: Session): Promise<NumberRow[]> {
  return s.db.numbers.filter((row) => row.use === 'blank').toArray()
}

/** Give the number of a blank sheet to the minutes written on it; inside the transaction that records them. */
export async function takeBlank(s: Session, series: string, year: number, number: number, minutes: string): Promise<Numbered> {
  if (!Dexie.currentTransaction) throw new TypeError('a number is taken in the transaction of its paper')
  const row = await s.db.numbers.get([series, year, number])
  const lease = row && (await s.db.leases.get(row.lease))
  if (!row || !lease || row.use !== 'blank') throw new Trouble('not_blank', { number })
  await s.db.numbers.put({ ...row, use: 'issued', minutes, at: Date.now() })
  return { lease: plain(lease), number }
}

/** Tell the server that a blank sheet was spoiled: its number is void, with the reason. */
export async function spoil(s: Session, series: string, year: number, number: number, reason: string): Promise<void> {
  const row = await s.db.numbers.get([series, year, number])
  if (row?.use !== 'blank') throw new Trouble('not_blank', { number })
  await request('POST', `/leases/${row.lease}/void`, { token: s.token, body: { number, reason } })
  await s.db.numbers.put({ ...row, use: 'spoilt', at: Date.now() })
}

/** Ask the server for more numbers. Of an answer lost on the way the next `hello` tells. */
export async function ask(s: Session, series: string, year: number, count: number): Promise<Lease> {
  const { json } = await request('POST', '/leases', { token: s.token, body: { series, year, count } })
  const lease = leaseOf(json)
  await s.db.leases.put({ ...lease, refused: null, returned: 0 })
  return lease
}

/** Give the unused end of a range back. It is not used from here on, whether or not the answer arrives. */
export async function giveBack(s: Session, leaseId: string): Promise<void> {
  const first_unused = await transaction(s, async () => {
    const lease = await s.db.leases.get(leaseId)
    if (!lease) throw new Trouble('not_found')
    await s.db.leases.update(leaseId, { returned: 1 })
    return firstUnused(s.db, lease)
  })
  await request('POST', `/leases/${leaseId}/return`, { token: s.token, body: { first_unused } })
}

/** The first number after all that were taken: what was printed but not sent only the tablet knows. */
export async function firstUnused(db: DeviceDb, lease: Lease): Promise<number> {
  const used = await db.numbers.where('lease').equals(lease.id).toArray()
  return Math.max(lease.from, ...used.map((row) => row.number + 1))
}

/** Take over what `hello` says of the leases; returns those that are to be given back again, because that answer was lost. */
export async function follow(db: DeviceDb, leases: Lease[], refused: { id: string; detail: string }[]): Promise<string[]> {
  const held = new Map((await db.leases.toArray()).map((row) => [row.id, row]))
  const told = new Set(leases.map((lease) => lease.id))
  const why = new Map(refused.map((one) => [one.id, one.detail]))
  const rows: LeaseRow[] = leases.map((lease) => ({ ...lease, refused: held.get(lease.id)?.refused ?? null, returned: held.get(lease.id)?.returned ?? 0 }))
  for (const row of held.values()) if (!told.has(row.id)) rows.push({ ...row, returned: 1 })
  await db.leases.bulkPut(rows.map((row) => ({ ...row, refused: why.get(row.id) ?? row.refused })))
  return rows.filter((row) => row.returned === 1 && told.has(row.id)).map((row) => row.id)
}

async function marked(s: Session, series: string, year: number, use: NumberRow['use'], minutes: string | null): Promise<Numbered> {
  const found = await next(s, series, year)
  await s.db.numbers.add({ series, year, number: found.number, lease: found.lease.id, use, minutes, at: Date.now() })
  return found
}

async function free(db: DeviceDb, series: string, year: number, most: number): Promise<Numbered[]> {
  const found: Numbered[] = []
  for (const lease of await usable(db)) {
    if (lease.series !== series || lease.year !== year) continue
    const used = new Set((await db.numbers.where('lease').equals(lease.id).toArray()).map((row) => row.number))
    for (let number = lease.from; number <= lease.to && found.length < most; number++) {
      if (!used.has(number)) found.push({ lease: plain(lease), number })
    }
  }
  return found
}

/** The leases whose numbers may be used today, the oldest numbers first. */
async function usable(db: DeviceDb): Promise<LeaseRow[]> {
  const now = new Date()
  const today = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
  const rows = await db.leases.filter((row) => row.refused === null && row.returned === 0 && row.expires_on >= today).toArray()
  return rows.sort((one, other) => one.year - other.year || one.from - other.from)
}

function plain({ refused: _, returned: __, ...lease }: LeaseRow): Lease {
  return lease
}
