// Arriving and leaving: the visit with its times, and what the decision answers by itself.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { all, get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import type { Document, State } from '../../src/core/types.ts'
import { maps } from '../../src/core/reading.ts'
import { arrive, decidedIn, leave, record } from '../../src/ui/work/recording.ts'
import { pulled, signedIn, wipe } from '../bench.ts'

const GENERAL = { code: 'general', version: 1, sha256: 'b'.repeat(64) }
const DECISION = { number: '98/QĐ-SKHCN', date: '2021-07-26', scope: 'Đo lường trong kinh doanh xăng dầu', duration_days: 30, signer: 'Giám đốc' }
const ANSWERED = { number: '98/QĐ-SKHCN', issued_on: '2021-07-26', scope: 'Đo lường trong kinh doanh xăng dầu', term: '30 ngày' }
let s: Session

beforeEach(async () => (s = await signedIn()))
afterEach(wipe)

/** A planned inspection of a campaign with this decision. */
async function planned(decision: State, checklists: State[] = [GENERAL]): Promise<Document> {
  const campaign = await pulled(s, 'campaign', { code: 'DC-04', decision })
  return again(await pulled(s, 'inspection', { campaign_id: campaign, status: 'planned', checklists, visits: [] }))
}
async function again(id: string): Promise<Document> {
  const found = await get(s, 'inspection', id)
  if (found === undefined) throw new Error('no inspection')
  return found
}
const findings = async () => (await all(s, 'finding')).map(({ state }) => state)

it('arriving answers what the decision says, once, and as a record like any other', async () => {
  const inspection = await planned(DECISION)
  await arrive(s, inspection)
  expect(await findings()).toMatchObject([{ checklist: 'general', item: 'GE01', subject_id: null, values: ANSWERED }])
  await arrive(s, await again(inspection.id))
  expect((await s.db.outbox.toArray()).filter((each) => each.kind === 'finding')).toHaveLength(1)
})

it('what somebody has answered stays', async () => {
  const inspection = await planned(DECISION)
  const place = { inspection: inspection.id, checklist: GENERAL, item: 'GE01', subject: null }
  await record(s, place, () => ({ set: { values: { number: '99/QĐ-SKHCN' } }, base: {} }))
  await arrive(s, inspection)
  expect(await findings()).toMatchObject([{ values: { number: '99/QĐ-SKHCN' } }])
})

it('nothing is answered without a decision, or where the checklist does not ask', async () => {
  await arrive(s, await planned({}))
  await arrive(s, await planned({ ...DECISION, number: ' ' }))
  await arrive(s, await planned(DECISION, []))
  expect(await findings()).toEqual([])
})

it('a decision that says less answers less', () => {
  const campaign = { kind: 'campaign' as const, id: 'c', scope: '', rev: 1, waiting: 0, refused: 0, state: { decision: { number: '98/QĐ-SKHCN', date: null, duration_days: '30' } } }
  expect(decidedIn(campaign)).toEqual({ number: '98/QĐ-SKHCN' })
})

it('leaving ends the last visit and no other', async () => {
  const inspection = await planned(DECISION)
  await arrive(s, inspection)
  await leave(s, await again(inspection.id))
  const [first] = maps((await again(inspection.id)).state.visits)
  expect(first?.ended_at).toMatch(/^\d{4}-\d\d-\d\dT.*\+07:00$/)
  await arrive(s, await again(inspection.id))
  const visits = maps((await again(inspection.id)).state.visits)
  expect(visits.map((each) => each.ended_at)).toEqual([first?.ended_at, undefined])
})
