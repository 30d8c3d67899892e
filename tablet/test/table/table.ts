// A verifier's hands at a busy table: the app's own core, in the app's own page and database, without the clicks.
import { issue, type Print } from '../../src/core/closing/issue.ts'
import { kept } from '../../src/core/closing/pdfs.ts'
import { concludedOn } from '../../src/core/judging/computed.ts'
import { ask } from '../../src/core/numbers.ts'
import { answer, create } from '../../src/core/outbox/record.ts'
import { pageInputs } from '../../src/core/paper/pdf.ts'
import { fetchKeys, keys, verify } from '../../src/core/paper/verify.ts'
import { capture } from '../../src/core/photos/capture.ts'
import { map, maps, text, texts } from '../../src/core/reading.ts'
import { all, childrenOf, get } from '../../src/core/store/documents.ts'
import { current, open, people, type Session } from '../../src/core/store/session.ts'
import { checklist, rules } from '../../src/core/sync/catalog.ts'
import type { ChecklistRef, Document, Kind, State } from '../../src/core/types.ts'
import { handBack } from '../../src/core/verification/handing.ts'
import { askForMarks, rollsOf, spoilMark, useMark } from '../../src/core/verification/marks.ts'
import { openSession, readEnvironment } from '../../src/core/verification/sessions.ts'
import { openSlip } from '../../src/core/verification/slips.ts'
import { takeStock } from '../../src/core/verification/stocktakes.ts'
import { proposedUntil } from '../../src/core/verification/validity.ts'
import { compared, judged, signIn } from '../../src/ui/verification/certificates.ts'

/** What one owner brings: scales by their serial numbers, each with how far it is off at half of its load (kg). */
interface Owner {
  name: string
  area: string
  scales: { serial: string; error: string; spoils: boolean }[]
}
type Scale = Owner['scales'][number]

const CODE = 'mobile-verification'
/** The limit of a spring scale of class III with e = 0,02 kg at 30 kg. */
const LIMIT = 0.03
let worker: Worker | null = null

function here(): Session {
  const session = current()
  if (!session) throw new Error('nobody is signed in')
  return session
}

async function the(kind: Kind, id: string): Promise<Document> {
  const found = await get(here(), kind, id)
  if (!found) throw new Error(`no ${kind} ${id}`)
  return found
}

/** Print with the app's own worker, whose file the test names: this script is no bundle that could start one. */
function printer(file: string): Print {
  return (input) => new Promise((resolve, reject) => {
    worker ??= new Worker(file, { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<{ pdf?: Uint8Array; error?: string }>) => (data.pdf ? resolve(data.pdf) : reject(new Error(data.error)))
    worker.onerror = (problem) => reject(new Error(problem.message))
    worker.postMessage({ id: 1, inputs: pageInputs(input) })
  })
}

/** Receive, measure, conclude, mark, issue, hand back: everything that one owner brought. */
async function serve(day: Document, owner: Owner, print: Print): Promise<State[]> {
  const s = here(), scope = `area:${owner.area}`
  const site = await create(s, 'establishment', {
    scope,
    set: { name: owner.name, address: text(day.state.place), area_code: owner.area, tax_code: '', phone: '', representative: { name: owner.name, title: '' }, lat: null, lon: null, business_lines: [], operator_id: null },
  })
  const brought: [string, Scale][] = []
  for (const scale of owner.scales) {
    const attributes = { name: 'Cân đồng hồ lò xo', accuracy_class: 'III', max: '60', e: '0.02', unit: 'kg' }
    const set = { establishment_id: site, type: 'weighing_instrument', maker: 'Nhơn Hòa', model: 'NHS-60', serial: scale.serial, year: 2018, attributes, verified_until: null, mark_serial: '', certificate_number: '', new_price: null }
    brought.push([await create(s, 'instrument', { scope, parent: site, set }), scale])
  }
  const slip = await openSlip(s, day, site, Object.fromEntries(brought.map(([id]) => [id, 'Còn nguyên'])))
  const done = []
  for (const [id, scale] of brought) done.push({ ...(await verifyOne(day, slip, id, scale, print)), slip, site })
  await handBack(s, await the('inspection', slip), { instruments: brought.map(([id]) => id), to: owner.name, payment: null })
  return done
}

async function verifyOne(day: Document, slip: string, instrument: string, scale: Scale, print: Print): Promise<State> {
  const s = here(), papers: State = {}
  await measure(slip, instrument, Number(scale.error))
  const verdict = await conclude(day, slip, instrument)
  if (verdict === 'pass') {
    if (scale.spoils) await spoil(day, slip, instrument)
    papers.sticker = await stick(day, slip, instrument)
    await says(slip, instrument, 'KD15', { values: { value: await until(day, slip, instrument) } })
  } else await says(slip, instrument, 'KD18', { answer: 'conforming' })
  papers.record = await issue(s, { inspection: slip, form: 'verification_record', instrument }, print)
  if (verdict === 'pass') papers.certificate = await issue(s, { inspection: slip, form: 'verification_certificate', instrument }, print)
  return { instrument, verdict, ...papers }
}

async function says(slip: string, subject: string, item: string, set: State): Promise<void> {
  const pin = maps((await the('inspection', slip)).state.checklists).find((each) => each.code === CODE)
  if (!pin) throw new Error('the slip pins no checklist')
  await answer(here(), { inspection: slip, checklist: refOf(pin), item, subject, ordinal: 0, set })
}

function refOf(pin: State): ChecklistRef {
  return { code: text(pin.code), version: Number(pin.version), sha256: text(pin.sha256) }
}

/** The tests of a spring scale as its verifier writes them down; the first failed step ends them. */
async function measure(slip: string, id: string, error: number): Promise<void> {
  await says(slip, id, 'KD03', { values: { mode: 'periodic' } })
  await says(slip, id, 'KD04', { values: { procedure: '30-2019' } })
  await says(slip, id, 'KD07', { answer: 'conforming' })
  await says(slip, id, 'KD08', { answer: 'conforming' })
  await says(slip, id, 'KD0902', { rows: [{ direction: 'up', load: '30', indication: (30 + error).toFixed(2) }, { direction: 'down', load: '60', indication: '60.02' }] })
  if (error > LIMIT) return
  await says(slip, id, 'KD0903', { values: { load: '20' }, rows: [{ position: '1', indication: '20' }, { position: '2', indication: '20.02' }] })
  await says(slip, id, 'KD0904', { values: { load: '40' }, rows: [{ indication: '40' }, { indication: '40.02' }, { indication: '40' }] })
  await says(slip, id, 'KD0905', { answer: 'conforming' })
}

/** Conclude what the tablet's own computation proposes; returns the verdict, or why there is none. */
async function conclude(day: Document, slip: string, instrument: string): Promise<string> {
  const s = here()
  const { state: inspection } = await the('inspection', slip)
  const { state: campaign } = await the('campaign', text(inspection.campaign_id))
  const lists = await Promise.all(maps(inspection.checklists).map((pin) => checklist(refOf(pin))))
  const own = lists.find((each) => each.code === CODE), used = new Set(texts(inspection.standards))
  if (!own) throw new Error('the tablet has no checklist')
  const found = concludedOn(own, instrument, {
    inspection, campaignKind: campaign.kind ?? null, checklists: lists, rules: await rules(text(map(inspection.rules).version)),
    findings: await childrenOf(s, slip, 'finding'), instruments: [await the('instrument', instrument)],
    standards: (await all(s, 'measurement_standard')).filter((each) => used.has(each.id)),
    session: (await the('verification_session', day.id)).state, team: maps(campaign.team), verifier: s.user.id,
  })
  if (found === null) return 'nothing was tested'
  await says(slip, instrument, 'KD11', { values: { conclusion: found.verdict, reasons: found.reasons.join('; ') } })
  return found.verdict === 'inconclusive' ? found.reasons.join('; ') : found.verdict
}

/** What the confirmed cycle gives; where none is confirmed the verifier says a year. */
async function until(day: Document, slip: string, instrument: string): Promise<string> {
  const on = text(day.state.on), pinned = text(map((await the('inspection', slip)).state.rules).version)
  const proposed = proposedUntil(await rules(pinned), (await the('instrument', instrument)).state, on)
  return proposed?.until ?? `${Number(on.slice(0, 4)) + 1}${on.slice(4)}`
}

async function nextSticker(): Promise<string> {
  const roll = (await rollsOf(here())).find((each) => each.kind === 'sticker' && each.next !== null)
  if (!roll?.next) throw new Error('no sticker is left')
  return roll.next
}

async function stick(day: Document, slip: string, instrument: string): Promise<string> {
  const serial = await nextSticker()
  await useMark(here(), { session: day.id, kind: 'sticker', serial, inspection: slip, instrument, place: 'Mặt trước' })
  return serial
}

async function spoil(day: Document, slip: string, instrument: string): Promise<void> {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
  canvas.getContext('2d')?.fillRect(100, 100, 300, 200)
  const file = await new Promise<Blob | null>((made) => canvas.toBlob(made, 'image/jpeg'))
  if (!file) throw new Error('no picture')
  const photo = await capture(here(), { inspection: slip, finding: null, purpose: 'evidence', file, position: null })
  await spoilMark(here(), { session: day.id, kind: 'sticker', serial: await nextSticker(), reason: 'Rách khi bóc', photos: [photo], inspection: slip, instrument })
}

export async function opens(pin: string): Promise<string> {
  const [person] = await people()
  if (!person) throw new Error('nobody is enrolled')
  return (await open(person.device, pin)).device
}

export async function asks(organisation: string, books: string[], numbers: number, stickers: number): Promise<void> {
  for (const book of books) await ask(here(), book, new Date().getFullYear(), numbers)
  await askForMarks(here(), organisation, 'sticker', stickers)
}

export async function begins(campaign: string, said: State): Promise<string> {
  const id = await openSession(here(), await the('campaign', campaign), { environment: [], standard_overrides: {}, closed_at: null, ...said })
  await readEnvironment(here(), id, { temperature: '24.5', humidity: '68' })
  return id
}

export async function serves(session: string, owners: Owner[], typesetter: string): Promise<State[]> {
  const day = await the('verification_session', session), print = printer(typesetter)
  const done = []
  for (const owner of owners) done.push(...(await serve(day, owner, print)))
  return done
}

/** Count what is left of every roll: as much as the tablet says. */
export async function counts(session: string): Promise<string> {
  return takeStock(here(), session, (await rollsOf(here())).map(({ lease, left }) => ({ lease_id: lease, counted: left, explanation: '' })))
}

/** The PDF of an issued paper as the tablet keeps it: its SHA-256, and where `whole` is set all of it, in base64. */
export async function paper(minutes: string, whole = false): Promise<{ sha256: string; pdf: string }> {
  const bytes = await kept(here(), minutes)
  if (!bytes) throw new Error('the tablet keeps no PDF of it')
  const hashed = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
  return { sha256: Array.from(hashed, (b) => b.toString(16).padStart(2, '0')).join(''), pdf: whole ? btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) : '' }
}

export async function keepsKeys(): Promise<void> {
  await fetchKeys()
}

/** Judge a scanned code with the kept list of keys alone. */
export async function scans(code: string): Promise<{ outcome: string; number: number | null }> {
  const list = await keys()
  if (!list) throw new Error('no list of keys is kept')
  const found = await verify(code, list)
  return { outcome: found.outcome, number: found.claims?.number ?? null }
}

/** Compare a sticker or a certificate that was scanned with the register, as the next inspection does at the instrument. */
export async function compares(instrument: string, scanned: string): Promise<{ result: string; lines: string[] }> {
  const lines = compared(await the('instrument', instrument), await signIn(scanned))
  return { result: judged(lines), lines: lines.filter((each) => each.ok !== null).map((each) => `${each.what} ${each.ok}`) }
}

export async function knows(kind: Kind, id: string): Promise<State> {
  return (await the(kind, id)).state
}
