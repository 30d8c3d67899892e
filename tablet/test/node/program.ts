// A tablet as a program: the real core on databases in memory, told by lines of JSON what its user does.
import 'fake-indexeddb/auto'
import { createInterface } from 'node:readline'
import * as numbers from '../../src/core/numbers.ts'
import * as record from '../../src/core/outbox/record.ts'
import { keep } from '../../src/core/photos/storage.ts'
import { deviceDb, directory, letGo } from '../../src/core/store/db.ts'
import { removePerson, unsent } from '../../src/core/store/devices.ts'
import { all, get } from '../../src/core/store/documents.ts'
import { close, current, open, people, type Session } from '../../src/core/store/session.ts'
import { readiness } from '../../src/core/sync/catalog.ts'
import { syncNow } from '../../src/core/sync/engine.ts'
import { enrol, enrolAgain } from '../../src/core/sync/enrol.ts'
import { link } from '../../src/core/sync/http.ts'
import { notices, seen, sendAgain } from '../../src/core/sync/notices.ts'
import { statusOf } from '../../src/core/sync/status.ts'
import type { ChecklistRef, Kind, State } from '../../src/core/types.ts'
import { uuid7 } from '../../src/core/outbox/ids.ts'
import { quiet, troubled } from './faults.ts'

/** PBKDF2 is slow on purpose; here it is not what is looked at. */
const FEW = 1000
const trouble = quiet()
const console_error = console.error
console.error = () => undefined

function signedIn(): Session {
  const session = current()
  if (!session) throw new Error('nobody is signed in')
  return session
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64'))
}

async function photograph(inspection: string, finding: string | null, base64: string): Promise<string> {
  const s = signedIn()
  const bytes = bytesOf(base64)
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex')
  const under = await get(s, 'inspection', inspection)
  const id = uuid7()
  const set: State = {
    inspection_id: inspection, finding_id: finding, purpose: 'evidence', sha256, size: bytes.length, media_type: 'image/jpeg',
    taken_at: '2026-11-26T08:00:00+07:00', position: null, original_sha256: null,
  }
  return record.transaction(s, async () => {
    await record.create(s, 'photo', { id, scope: under?.scope ?? '', parent: inspection, set })
    await keep(s, { id, inspection, blob: new Blob([bytes], { type: 'image/jpeg' }), sha256, media_type: 'image/jpeg' })
    return id
  })
}

/** The browser was closed: connections and keys are gone, databases are not. */
function restart(): void {
  const device = current()?.device
  close()
  if (device) letGo(device)
}

async function outbox(device = signedIn().device): Promise<unknown> {
  const rows = await deviceDb(device).outbox.toArray()
  return rows.map(({ op, state, sent, settled, refusals, stand_in, result, epoch }) => ({ op, state, sent, settled, refusals, stand_in, result, epoch }))
}

const CALLS: { [name: string]: (...args: never[]) => unknown } = {
  connect: (base: string) => void (link.base = base),
  patience: (ms: number) => void (link.patience = ms),
  troubles: (more: object) => void Object.assign(trouble, { ordered: [], rate: 0 }, more),
  sent: () => trouble.sent.splice(0),
  enrol: async (code: string, name: string, pin: string) => (await enrol(code, name, pin, FEW)).device,
  enrolAgain: async (device: string, code: string, pin: string) => (await enrolAgain(device, code, pin, FEW)).device,
  open: async (device: string, pin: string) => (await open(device, pin)).device,
  close, restart, people, unsent, removePerson,
  user: () => signedIn().user,
  pending: () => directory().people.where('device').above('').filter((row) => row.state === 'pending').count(),
  sync: async () => {
    await syncNow('button')
    return statusOf(signedIn().db)
  },
  syncSignedOut: () => syncNow('button'),
  status: (device: string) => statusOf(deviceDb(device)),
  readiness: () => readiness(signedIn()),
  documents: (kind: Kind) => all(signedIn(), kind),
  document: (kind: Kind, id: string) => get(signedIn(), kind, id),
  outbox,
  notices: () => notices(signedIn()),
  seen: (opId: string) => seen(signedIn(), opId),
  sendAgain: (opId: string) => sendAgain(signedIn(), opId),
  create: (kind: Kind, given: record.New) => record.create(signedIn(), kind, given),
  patch: (kind: Kind, id: string, set: State, how: record.How) => record.patch(signedIn(), kind, id, set, how),
  voided: (kind: Kind, id: string, reason: string) => record.voided(signedIn(), kind, id, reason),
  remove: (kind: Kind, id: string) => record.remove(signedIn(), kind, id),
  resolve: (kind: Kind, id: string, field: string, value: string, opIds: string[]) => record.resolve(signedIn(), kind, id, field, value, opIds),
  answer: (inspection: string, checklist: ChecklistRef, item: string, set: State, subject: string | null = null) =>
    record.answer(signedIn(), { inspection, checklist, item, subject, ordinal: 0, set }),
  photograph,
  photos: async () => (await signedIn().db.photos.toArray()).map(({ blob, thumb: _, ...row }) => ({ ...row, hasBytes: blob !== null })),
  askNumbers: (series: string, year: number, count: number) => numbers.ask(signedIn(), series, year, count),
  numbersLeft: () => numbers.left(signedIn()),
  giveBack: (lease: string) => numbers.giveBack(signedIn(), lease),
  reserve: (series: string, year: number, count: number) => numbers.reserve(signedIn(), series, year, count),
  spoil: (series: string, year: number, number: number, reason: string) => numbers.spoil(signedIn(), series, year, number, reason),
  leases: () => signedIn().db.leases.toArray(),
  meta: async (name: string) => (await signedIn().db.meta.get(name))?.value,
}

link.fetch = troubled(trouble)

async function answered(line: string): Promise<object> {
  const { call, args } = JSON.parse(line) as { call: string; args: never[] }
  try {
    const found = CALLS[call]
    if (!found) throw new Error(`no call ${call}`)
    return { value: (await found(...args)) ?? null }
  } catch (error) {
    const seen = error as Error & { key?: string }
    return { error: { name: seen.name, key: seen.key ?? null, message: seen.message, stack: seen.stack } }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answered(line))}\n`)
}
console.error = console_error
