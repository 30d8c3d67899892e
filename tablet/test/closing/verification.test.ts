// Papers of verified instruments on a real tablet database: record, then certificate, none of what did not pass, replaced in the open.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { load } from '../../src/core/closing/load.ts'
import { blocked, statusOf } from '../../src/core/closing/forms.ts'
import { certificateState, mayTake } from '../../src/core/closing/handling.ts'
import { draft, issue, IssueRefused, type Print } from '../../src/core/closing/issue.ts'
import { document, map, maps, text } from '../../src/core/reading.ts'
import { patch, voided } from '../../src/core/outbox/record.ts'
import { directory } from '../../src/core/store/db.ts'
import { get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import type { Checklist, Rules, State } from '../../src/core/types.ts'
import rules from '../../../tests/vectors/rules-2026.1.json'
import { pulled, signedIn, wipe } from '../bench.ts'
import { MINUTES } from '../paper/vectors.ts'

const RECORD = 'verification_record', CERTIFICATE = 'verification_certificate'
const DOCUMENTS: State = MINUTES.find((each) => each.name === 'verification-record')?.documents ?? {}
const [SCALE, BROKEN] = maps(DOCUMENTS.instruments).map((each) => text(each.id)) as [string, string]
const YEAR = new Date(Date.now() + 7 * 3_600_000).getUTCFullYear()
/** Sets no pages: what is printed is tested with the vectors. */
const unset: Print = async ({ canonical }) => new TextEncoder().encode(canonical)

let s: Session
let slip: string

/** A table where two scales were brought; whoever holds the tablet has this role in the team. */
async function table(role: string): Promise<void> {
  s = await signedIn('Lê Quốc Lượng')
  const lists = maps(DOCUMENTS.checklists) as unknown as Checklist[]
  for (const each of lists) await directory().checklists.put(each)
  await directory().rules.put(rules as unknown as Rules)
  const series = [RECORD, CERTIFICATE].map((form) => ({ series: form === RECORD ? 'BB-KĐ' : 'GCN-KĐ', symbol: form === RECORD ? 'BB-KĐ' : 'GCN-KĐ', form }))
  const organisation = await pulled(s, 'organisation', { ...map(DOCUMENTS.organisation), series }, 'agency')
  const [leader, verifier] = maps(map(DOCUMENTS.campaign).team)
  const team = [{ ...leader, user_id: 'u-other' }, { ...verifier, user_id: s.user.id, role }]
  const campaign = await pulled(s, 'campaign', { ...map(DOCUMENTS.campaign), organisation_id: organisation, team })
  const day = await pulled(s, 'verification_session', { ...map(DOCUMENTS.session), campaign_id: campaign })
  const owner = map(DOCUMENTS.establishment)
  await pulled(s, 'establishment', owner, 'area:07399', 1, text(owner.id))
  for (const each of maps(DOCUMENTS.instruments)) await pulled(s, 'instrument', { ...each, establishment_id: text(owner.id) }, 'area:07399', 1, text(each.id))
  for (const each of maps(DOCUMENTS.standards)) await pulled(s, 'measurement_standard', each, 'agency', 1, text(each.id))
  slip = await pulled(s, 'inspection', {
    ...map(DOCUMENTS.inspection), status: 'in_progress', campaign_id: campaign, establishment_id: text(owner.id), session_id: day,
    rules: { version: rules.version, sha256: rules.sha256 }, checklists: lists.map(({ code, version, sha256 }) => ({ code, version, sha256 })),
    received: { [SCALE]: { at: '2021-08-05T08:40:00+07:00', state: '' }, [BROKEN]: { at: '2021-08-05T08:41:00+07:00', state: '' } },
  })
  for (const each of maps(DOCUMENTS.findings)) await pulled(s, 'finding', { ...each, inspection_id: slip, created_by: s.user.id }, 'campaign:c', 1, text(each.id))
  for (const each of maps(DOCUMENTS.marks)) await pulled(s, 'mark', { ...each, session_id: day, inspection_id: slip }, 'campaign:c', 1, text(each.id))
  for (const name of ['BB-KĐ', 'GCN-KĐ']) {
    await s.db.leases.put({ id: name, series: name, symbol: name, year: YEAR, from: 7, to: 20, expires_on: `${YEAR}-12-31`, refused: null, returned: 0 })
  }
}

const issues = (form: typeof RECORD | typeof CERTIFICATE, instrument: string, more = {}): Promise<string> =>
  issue(s, { inspection: slip, form, instrument, ...more }, unset)
const stateOf = async (id: string): Promise<State> => (await get(s, 'minutes', id))?.state ?? {}

beforeEach(async () => {
  vi.stubGlobal('location', { host: 'hientruong.example' })
  await table('verifier')
})
afterEach(wipe)

test('a verifier issues record and certificate, each from its own series, with the stickers of the ledger', async () => {
  await expect(issues(CERTIFICATE, SCALE)).rejects.toMatchObject({ why: { code: 'no_record' } })
  const record = await stateOf(await issues(RECORD, SCALE))
  const certificate = await stateOf(await issues(CERTIFICATE, SCALE))
  expect(record).toMatchObject({ series: 'BB-KĐ', number: 7, instrument_id: SCALE, closes: false })
  expect(certificate).toMatchObject({ series: 'GCN-KĐ', number: 7, instrument_id: SCALE, closes: false })
  const said = map(document(certificate.canonical).verification)
  expect(said).toMatchObject({ stickers: [{ serial: '21C00921' }], conclusion: 'pass', verifier: { name: 'Lê Quốc Lượng' } })
  await expect(issues(CERTIFICATE, SCALE)).rejects.toMatchObject({ why: { code: 'already', number: '07/GCN-KĐ' } })
})

test('the record of the last instrument ends the slip on the tablet, and what failed gets no certificate', async () => {
  await issues(RECORD, SCALE)
  const last = await stateOf(await issues(RECORD, BROKEN))
  expect(last).toMatchObject({ closes: true })
  expect(map(map(document(last.canonical).verification).old_marks)).toMatchObject({ answer: 'conforming', mark: '20C00305' })
  const of = await load(s, slip)
  expect(of && statusOf(of)).toBe('issued')
  expect(of && blocked(of, CERTIFICATE, BROKEN)).toEqual({ code: 'failed' })
  expect(of && blocked(of, CERTIFICATE, SCALE)).toBeNull() // it may come afterwards
  const closing = of?.minutes.find((paper) => paper.closes)
  const said = { ...of?.inspection.state, status: 'issued' } // the server has taken it meanwhile
  await pulled(s, 'inspection', said, 'campaign:c', 2, slip)
  await voided(s, 'minutes', closing?.id ?? '', 'Ghi nhầm số đọc')
  const again = await load(s, slip)
  expect(again && statusOf(again)).toBe('in_progress')
})

test('the register on the tablet says what the certificate says, and what stood before once it is void', async () => {
  const known = async (): Promise<State> => {
    const { verified_until, mark_serial, certificate_number } = (await get(s, 'instrument', SCALE))?.state ?? {}
    return { verified_until: verified_until ?? null, mark_serial: mark_serial ?? null, certificate_number: certificate_number ?? null }
  }
  const before = await known()
  await issues(RECORD, SCALE)
  expect(await known()).toEqual(before)
  const id = await issues(CERTIFICATE, SCALE)
  const printed = map(map(document((await stateOf(id)).canonical).verification).valid_until)
  expect(await known()).toEqual({ verified_until: printed.day, mark_serial: '21C00921', certificate_number: '07/GCN-KĐ' })
  await voided(s, 'minutes', id, 'In hỏng')
  expect(await known()).toEqual(before)
})

test('a wrong certificate is replaced in one step: the void one names the new', async () => {
  await issues(RECORD, SCALE)
  const old = await issues(CERTIFICATE, SCALE)
  const replaced = await issues(CERTIFICATE, SCALE, { replaces: { minutes: old, reason: 'Ghi nhầm năm sản xuất. ' } })
  expect(map((await stateOf(old)).voided)).toMatchObject({ reason: 'Ghi nhầm năm sản xuất; thay bằng giấy chứng nhận số 08/GCN-KĐ' })
  expect(await stateOf(replaced)).toMatchObject({ number: 8 })
  const kinds = (await s.db.outbox.toArray()).map((each) => each.op.type)
  expect(kinds.slice(-2)).toEqual(['create', 'void'])
})

test('a draft takes no number, and a mere member issues nothing of a verification', async () => {
  expect((await draft(s, slip, RECORD, undefined, SCALE)).doc).toMatchObject({ number: null, verification: { instrument: { id: SCALE } } })
  expect(await s.db.numbers.count()).toBe(0)
  await wipe()
  await table('member')
  await expect(issues(RECORD, SCALE)).rejects.toThrow(IssueRefused)
  await expect(issues(RECORD, SCALE)).rejects.toMatchObject({ why: { code: 'not_verifier' } })
})

test('nothing is certified before somebody concluded and said until when', async () => {
  const conclusion = maps(DOCUMENTS.findings).find((each) => each.item === 'KD11' && each.subject_id === SCALE)
  await patch(s, 'finding', text(conclusion?.id), { values: { conclusion: null } })
  await expect(issues(RECORD, SCALE)).rejects.toMatchObject({ why: { code: 'no_conclusion' } })
})

test.each([
  [[], 'awaiting'], [[{ step: 'signed' }], 'signed'], [[{ step: 'delivered' }, { step: 'signed' }], 'delivered'],
])('the log %j says %s', (handling, state) => {
  const minutes: State = { form: CERTIFICATE, status: 'issued', handling }
  expect(certificateState(minutes)).toBe(state)
  expect(mayTake(minutes, 'signed')).toBe(state === 'awaiting')
  expect(mayTake(minutes, 'delivered')).toBe(state === 'signed')
  expect(certificateState({ ...minutes, status: 'void' })).toBe('void')
  expect(certificateState({ ...minutes, form: RECORD })).toBeNull()
})
