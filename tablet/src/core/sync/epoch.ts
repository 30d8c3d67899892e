// After a restore of the server: everything kept is queued again, and everything is pulled again.
import type { Line } from './line.ts'
import { type Greeted, greetedOf } from './answers.ts'
import { forget } from './forgetting.ts'
import { ask, Refused } from './http.ts'
import { measured } from '../outbox/clock.ts'
import { firstUnused, follow } from '../numbers.ts'
import { maps } from '../reading.ts'
import { all } from '../store/documents.ts'
import { returnMarksAgain } from '../verification/marks.ts'
import type { DeviceDb, Pulled } from '../store/db.ts'
import type { Lease, State } from '../types.ts'

export const CLIENT = { app: 'hien-truong', build: '1', protocols: [1] }
const MOST_ROLLS = 200
const ROLL = ['organisation_id', 'kind', 'prefix', 'digits', 'first', 'last', 'granted_at'] as const

/** Note the epoch of an answer. In a new one what was answered before is sent again; `answered` was answered in it. */
export async function newEpoch(line: Pick<Line, 'db'>, epoch: string, answered: readonly number[] = []): Promise<boolean> {
  const { db } = line
  const known = await db.read('epoch')
  if (known === epoch) return false
  await db.write('epoch', epoch)
  if (known === undefined) return false
  const done = new Set(answered)
  await db.outbox.where('state').equals('kept').modify((row) => {
    if (!done.has(row.device_seq)) row.state = 'waiting'
  })
  await db.write('durable', {})
  await pullAgain(db)
  return true
}

/** Pull everything again, over what is there: what has not come by the end is gone. */
export async function pullAgain(db: DeviceDb): Promise<void> {
  await db.write('pulled', again(await db.read('pulled')))
}

export function again(pulled: Pulled | undefined): Pulled {
  return { cursor: null, generation: (pulled?.generation ?? 0) + 1, full: true }
}

/** Go back to the number that the server waits for. */
export async function rewind(line: Line, next: number): Promise<void> {
  const { db } = line
  await db.transaction('rw', db.outbox, async () => {
    await db.outbox.where('device_seq').aboveOrEqual(next).filter((row) => row.state === 'kept').modify({ state: 'waiting' })
  })
  if ((await db.outbox.get(next)) === undefined && line.session) await sayHello(line)
}

/** Greet the server: learn epoch, leases and scopes; say what is still kept, so that a restored server passes the rest over. */
export async function sayHello(line: Line): Promise<Greeted> {
  const { db } = line
  const first = await db.outbox.toCollection().first()
  const leases = (await db.leases.toArray()).filter((lease) => lease.returned === 0).map(({ id, series, year, from, to }) => ({ id, series, year, from, to }))
  const unsent = { operations: await db.outbox.where('state').equals('waiting').count(), photos: await db.photos.where('state').notEqual('complete').count() }
  const body: State = { client: CLIENT, lowest_device_seq: first?.device_seq ?? (await db.read('next_seq')) ?? 1, leases, mark_leases: await rolls(line.session), unsent }
  const answered = await ask('POST', '/sync/hello', { token: line.token, body })
  const greeted = greetedOf(answered.json)
  const toReturn = await db.transaction('rw', db.meta, db.outbox, db.leases, db.notices, async () => {
    const offset = measured(greeted.server_time, answered.asked, answered.came)
    if (offset) await db.write('clock', offset)
    const { scopes, rules, max_ops, max_body_bytes, host } = greeted
    await db.write('greeting', { at: Date.now(), scopes, rules, max_ops, max_body_bytes, host })
    await newEpoch(line, greeted.epoch)
    await forget(db, greeted.durable)
    return follow(db, greeted.leases, greeted.refused_leases)
  })
  for (const id of toReturn) await returnAgain(line, greeted.leases.find((lease) => lease.id === id))
  if (line.session) await unlessRefused(returnMarksAgain(line.session))
  return greeted
}

/** The rolls in this tablet's hands as it knows them: a restored server may have forgotten that it gave them out. */
async function rolls(s: Line['session']): Promise<State[]> {
  if (!s) return []
  const held = (await all(s, 'mark_lease')).filter(({ state }) => (state.returned_at ?? null) === null)
  return held.slice(-MOST_ROLLS).map(({ id, state }) => {
    const said = ROLL.flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]] as const]))
    return { ...Object.fromEntries(said), id, returned: maps(state.returned).map(({ first = 0, last = 0 }) => ({ first, last })) }
  })
}

/** The answer to giving numbers back was lost: say it again. */
async function returnAgain(line: Line, lease: Lease | undefined): Promise<void> {
  if (!lease) return
  await unlessRefused(ask('POST', `/leases/${lease.id}/return`, { token: line.token, body: { first_unused: await firstUnused(line.db, lease) } }))
}

async function unlessRefused(returning: Promise<unknown>): Promise<void> {
  try {
    await returning
  } catch (error) {
    if (!(error instanceof Refused)) throw error // refused: numbers that nobody uses stay out, nothing else depends on it
  }
}
