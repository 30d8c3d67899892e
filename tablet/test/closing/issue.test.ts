// Issuing on a real tablet database: a number never without its paper, a paper never without its number, none on two.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { kept } from '../../src/core/closing/pdfs.ts'
import { draft, issue, IssueRefused, type Print } from '../../src/core/closing/issue.ts'
import { paperOf, type Paper } from '../../src/core/closing/case.ts'
import { document, map, maps, text } from '../../src/core/reading.ts'
import { keyIn, make, sheetPdf, sheets } from '../../src/core/closing/blanks.ts'
import { left } from '../../src/core/numbers.ts'
import { create, patch, voided } from '../../src/core/outbox/record.ts'
import { pageInputs } from '../../src/core/paper/pdf.ts'
import { moment } from '../../src/core/paper/words.ts'
import { keyId, openSealed } from '../../src/core/paper/seal.ts'
import { Typesetter } from '../../src/core/paper/typesetter.ts'
import { DeviceDb } from '../../src/core/store/db.ts'
import { all, get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import { bytesToHex } from '@noble/hashes/utils.js'
import { wipe } from '../bench.ts'
import { fromBase64Url } from '../paper/vectors.ts'
import { station, type Station } from './station.ts'

const PRINTING = join(import.meta.dirname, '../../../server/printing')
let typesetter: Typesetter
let at: Station

const print: Print = async (input) => typesetter.print(pageInputs(input))
/** Sets no pages: for tests of what happens around it. */
const unset: Print = async ({ canonical }) => new TextEncoder().encode(canonical)

beforeAll(async () => {
  vi.stubGlobal('location', { host: 'hientruong.example' })
  const read = (folder: string, end: string) => readdirSync(join(PRINTING, folder)).filter((name) => name.endsWith(end)).sort()
  typesetter = await Typesetter.start({
    wasm: readFileSync(join(import.meta.dirname, '../../node_modules/@myriaddreamin/typst-ts-web-compiler/pkg/typst_ts_web_compiler_bg.wasm')),
    fonts: read('fonts', '.ttf').map((name) => new Uint8Array(readFileSync(join(PRINTING, 'fonts', name)))),
    templates: read('templates', '.typ').map((name) => ({ name, source: readFileSync(join(PRINTING, 'templates', name), 'utf8') })),
  })
})
beforeEach(async () => {
  at = await station()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await wipe()
})

async function papers(s: Session): Promise<Paper[]> {
  return (await all(s, 'minutes')).map(paperOf).sort((a, b) => a.number - b.number)
}

async function used(s: Session): Promise<[number, string, string | null][]> {
  return (await s.db.numbers.toArray()).map((row) => [row.number, row.use, row.minutes])
}

/** Nothing of an attempt is left: no number, no paper, no operation, no PDF. */
async function untouched(s: Session): Promise<void> {
  expect(await used(s)).toEqual([])
  expect(await papers(s)).toEqual([])
  expect(await s.db.outbox.count()).toBe(0)
  expect(await s.db.papers.count()).toBe(0)
}

describe('a paper', () => {
  test('takes the next number, is sealed by the tablet over what it prints, and its PDF is kept', async () => {
    const { session, inspection } = at
    const id = await issue(session, { inspection, form: 'inspection' }, print)
    const [paper] = await papers(session)
    expect(paper).toMatchObject({ id, number: 1, text: '01/BB-ĐKT', closes: true, status: 'issued', form: 'inspection' })
    expect(await used(session)).toEqual([[1, 'issued', id]])
    const claims = await openSealed(fromBase64Url(paper!.cose), new Map([[bytesToHex(keyId(session.signer.publicKey)), session.signer.publicKey]]))
    expect(claims).toMatchObject({ series: 'BB-ĐKT', number: 1, year: at.year })
    const pdf = await kept(session, id)
    expect(new TextDecoder('latin1').decode(pdf?.subarray(0, 5))).toBe('%PDF-')
    expect(maps(document(paper!.canonical).findings).length).toBeGreaterThan(10)
  })

  test('that closes ends the visit that nobody has ended, at the moment that it prints', async () => {
    const { session, inspection } = at
    const visits = async () => maps((await get(session, 'inspection', inspection))?.state.visits)
    const begun = (await visits()).slice(0, 1).map(({ ended_at: _, ...visit }) => visit)
    await patch(session, 'inspection', inspection, { visits: begun })
    await issue(session, { inspection, form: 'working' }, unset)
    expect((await visits()).map((each) => each.ended_at)).toEqual([undefined])
    await issue(session, { inspection, form: 'inspection' }, unset)
    const [, closing] = await papers(session)
    expect((await visits()).map((each) => each.ended_at)).toEqual([closing?.issued_at])
    expect(text(document(closing!.canonical).ended)).toBe(moment(closing?.issued_at))
    const kinds = (await session.db.outbox.toArray()).map((each) => each.kind)
    expect(kinds.slice(-2)).toEqual(['inspection', 'minutes'])
  })

  test('prints the verdicts of this tablet', async () => {
    const { doc } = await draft(at.session, at.inspection, 'inspection')
    const items = maps(doc.checklists).flatMap((each) => maps(each.sections)).flatMap((each) => maps(each.subjects)).flatMap((each) => maps(each.items))
    expect(items.filter((each) => text(each.verdict) !== '').length).toBeGreaterThan(0)
    expect(doc.number).toBeNull()
  })

  test('is refused with a reason where it makes no sense now, and takes no number', async () => {
    await expect(issue(at.session, { inspection: at.inspection, form: 'amendment' }, print)).rejects.toBeInstanceOf(IssueRefused)
    await untouched(at.session)
  })

  test('without a number left is not made', async () => {
    await at.session.db.leases.clear()
    await expect(issue(at.session, { inspection: at.inspection, form: 'inspection' }, print)).rejects.toMatchObject({ key: 'no_numbers' })
    await untouched(at.session)
  })

  test('that was voided gives its number to nobody', async () => {
    const first = await issue(at.session, { inspection: at.inspection, form: 'inspection' }, unset)
    await voided(at.session, 'minutes', first, 'Máy in kẹt giấy, bản in hỏng')
    const second = await issue(at.session, { inspection: at.inspection, form: 'inspection' }, unset)
    expect(await used(at.session)).toEqual([[1, 'issued', first], [2, 'issued', second]])
    expect((await papers(at.session)).map((each) => each.status)).toEqual(['void', 'issued'])
  })
})

describe('two tabs at once', () => {
  test('never print one number twice', async () => {
    const other: Session = { ...at.session, db: new DeviceDb(at.session.device) }
    const order = { inspection: at.inspection, form: 'working' } as const
    const made = await Promise.all([at.session, other, at.session, other].map((s) => issue(s, order, print)))
    other.db.close()
    expect(new Set(made).size).toBe(4)
    expect((await papers(at.session)).map((each) => [each.number, text(map(document(each.canonical).number).text)])).toEqual([1, 2, 3, 4].map((n) => [n, `0${n}/BB-ĐKT`]))
    expect(await left(at.session)).toMatchObject([{ left: 5 }])
  })

  test('close an inspection once: the slower one is told that it has its minutes', async () => {
    const other: Session = { ...at.session, db: new DeviceDb(at.session.device) }
    const order = { inspection: at.inspection, form: 'inspection' } as const
    const made = await Promise.allSettled([issue(at.session, order, print), issue(other, order, print)])
    other.db.close()
    expect(made.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(made.find((each) => each.status === 'rejected')?.reason).toMatchObject({ why: { code: 'already' } })
    expect(await used(at.session)).toHaveLength(1)
    expect(await papers(at.session)).toHaveLength(1)
  })
})

describe('what goes wrong in the middle', () => {
  const full = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))

  test.each(['numbers', 'outbox', 'documents', 'papers'] as const)('a full storage at the table of %s leaves no number without its paper, and no paper without its number', async (table) => {
    const { session } = at
    const name = table === 'numbers' || table === 'outbox' ? 'add' : 'put'
    vi.spyOn(session.db[table], name).mockImplementation(full as never)
    await expect(issue(session, { inspection: at.inspection, form: 'inspection' }, unset)).rejects.toMatchObject({ key: 'storage_full' })
    vi.restoreAllMocks()
    await untouched(session)
    await issue(session, { inspection: at.inspection, form: 'inspection' }, unset)
    expect((await papers(session)).map((each) => each.number)).toEqual([1])
  })

  test('a paper that cannot be printed takes no number', async () => {
    await expect(issue(at.session, { inspection: at.inspection, form: 'inspection' }, () => Promise.reject(new Error('hết bộ nhớ')))).rejects.toThrow('hết bộ nhớ')
    await untouched(at.session)
  })

  test('what was changed while the pages were set is in the paper', async () => {
    let changed = false
    const meanwhile: Print = async (input) => {
      if (!changed) {
        changed = true
        await patch(at.session, 'inspection', at.inspection, { conclusion: 'Đã đo lại: đạt.' })
      }
      return unset(input)
    }
    await issue(at.session, { inspection: at.inspection, form: 'inspection' }, meanwhile)
    const [paper] = await papers(at.session)
    expect(document(paper!.canonical).conclusion).toBe('Đã đo lại: đạt.')
    expect(await used(at.session)).toHaveLength(1)
  })
})

describe('pre-printed sheets', () => {
  test('take numbers out of the lease that no other paper gets, and are printed without a seal', async () => {
    const [sheet] = await make(at.session, at.inspection, 'inspection', 2)
    expect(await used(at.session)).toEqual([[1, 'blank', null], [2, 'blank', null]])
    expect((await sheetPdf(at.session, at.inspection, 'inspection', sheet!, print)).length).toBeGreaterThan(10_000)
    await issue(at.session, { inspection: at.inspection, form: 'working' }, unset)
    expect((await papers(at.session)).map((each) => each.number)).toEqual([3])
  })

  test('are keyed in under their own number and the time on the paper, once its pages are photographed', async () => {
    const { session, inspection } = at
    const [sheet] = await make(session, inspection, 'inspection', 1)
    const writtenAt = `${at.year}-01-05T10:30:00+07:00`
    await expect(keyIn(session, inspection, 'inspection', sheet!, writtenAt, print)).rejects.toThrow('pages')
    await create(session, 'photo', { scope: 'campaign:c', parent: inspection, set: { inspection_id: inspection, finding_id: null, purpose: 'signed_paper', sha256: '0'.repeat(64), taken_at: writtenAt } })
    await expect(keyIn(session, inspection, 'inspection', sheet!, '2099-01-01T00:00:00+07:00', print)).rejects.toThrow('future')
    const id = await keyIn(session, inspection, 'inspection', sheet!, writtenAt, print)
    expect(await used(session)).toEqual([[1, 'issued', id]])
    expect((await get(session, 'minutes', id))?.state).toMatchObject({ source: 'paper', issued_at: writtenAt, number: 1, closes: true })
    expect(await sheets(session)).toEqual([])
  })
})
