// What stands against using an instrument: the server's list with this tablet's own measures laid over it.
import { afterEach, expect, test } from 'vitest'
import { suspensionsOf } from '../src/core/suspended.ts'
import { get } from '../src/core/store/documents.ts'
import type { Session } from '../src/core/store/session.ts'
import type { State } from '../src/core/types.ts'
import { pulled, signedIn, wipe } from './bench.ts'

afterEach(wipe)

const MORNING = '2021-08-05T10:00:00+07:00'
const FROM_SERVER = { measure_id: 'm1', inspection_id: 'other', at: MORNING, reason: 'Vượt sai số', paper: 'Biên bản số 01/BB-ĐKT' }

/** The lines of a pump: `said` is what the server wrote on it, `own` the measures of the tablet. */
async function lines(said: State, ...own: State[]): Promise<string[]> {
  const session = await signedIn()
  const pump = await pulled(session, 'instrument', { establishment_id: 'e', type: 'nozzle', ...said })
  for (const each of own) await measured(session, pump, each)
  return told(session, pump)
}

async function measured(session: Session, pump: string, state: State): Promise<void> {
  await pulled(session, 'measure', { inspection_id: 'here', instrument_id: pump, ...state }, 'campaign:c', 0, String(state.id))
}

async function told(session: Session, pump: string): Promise<string[]> {
  const found = await get(session, 'instrument', pump)
  const each = (await suspensionsOf(session, found === undefined ? [] : [found])).get(pump) ?? []
  return each.map(({ measure, at, paper }) => [measure, at.slice(0, 10), paper].join(' ').trim())
}

test('what the server wrote stands, with its paper', async () => {
  expect(await lines({ suspensions: [FROM_SERVER], measure_ids: ['m1'] })).toEqual(['m1 2021-08-05 Biên bản số 01/BB-ĐKT'])
})

test('a suspension of this tablet stands before anybody has seen it, and once only after', async () => {
  const own = { id: 'm2', type: 'suspend', at: '2021-08-06T09:00:00+07:00' }
  expect(await lines({ suspensions: [FROM_SERVER], measure_ids: ['m1'] }, own)).toEqual(['m1 2021-08-05 Biên bản số 01/BB-ĐKT', 'm2 2021-08-06'])
  expect(await lines({ suspensions: [FROM_SERVER, { ...FROM_SERVER, measure_id: 'm2', at: own.at, paper: null }], measure_ids: ['m1', 'm2'] }, own))
    .toEqual(['m1 2021-08-05 Biên bản số 01/BB-ĐKT', 'm2 2021-08-06'])
})

test('a release of this tablet ends the last one before it, or the one that it names', async () => {
  const earlier = { ...FROM_SERVER, measure_id: 'm0', at: '2021-07-01T10:00:00+07:00' }
  const said = { suspensions: [earlier, FROM_SERVER], measure_ids: ['m0', 'm1'] }
  const release = { id: 'r', type: 'resume', at: '2021-08-20T10:00:00+07:00' }
  expect(await lines(said, release)).toEqual(['m0 2021-07-01 Biên bản số 01/BB-ĐKT'])
  expect(await lines(said, { ...release, follows: 'm0' })).toEqual(['m1 2021-08-05 Biên bản số 01/BB-ĐKT'])
  expect(await lines(said, { ...release, at: '2021-01-01T10:00:00+07:00' })).toHaveLength(2)
  expect(await lines({ ...said, measure_ids: ['m0', 'm1', 'r'] }, release)).toHaveLength(2)
})

test('measures of other instruments, seals and what was crossed out suspend nothing', async () => {
  expect(await lines({}, { id: 'a', type: 'seal', at: MORNING }, { id: 'b', type: 'suspend', at: MORNING, instrument_id: 'another' },
    { id: 'c', type: 'suspend', at: MORNING, voided: { reason: 'Ghi nhầm' } })).toEqual([])
})

test('the tablet\'s own minutes name it while they stand', async () => {
  const session = await signedIn()
  const pump = await pulled(session, 'instrument', { establishment_id: 'e', type: 'nozzle' })
  await measured(session, pump, { id: 'm2', type: 'suspend', at: MORNING })
  const minutes = (number: number, more: State = {}) => pulled(session, 'minutes', {
    inspection_id: 'here', form: 'inspection', canonical: JSON.stringify({ number: { text: `0${number}/BB-ĐKT` }, measures: [{ id: 'm2' }] }),
    issued_at: `2021-08-05T1${number}:00:00+07:00`, number, ...more,
  })
  await minutes(1, { voided: { reason: 'In hỏng' } })
  expect(await told(session, pump)).toEqual(['m2 2021-08-05'])
  await minutes(3)
  await minutes(2)
  expect(await told(session, pump)).toEqual(['m2 2021-08-05 Biên bản số 02/BB-ĐKT'])
})
