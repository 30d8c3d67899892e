// Who is signed in: one inspector on one tablet is one device, with its own database, key, PIN, outbox and leases.
import type { State } from '../types.ts'
import { Trouble } from '../trouble.ts'
import { type DeviceDb, deviceDb, directory } from './db.ts'
import { forgetOpened } from './rows.ts'
import { type Signer, signerOf } from './signer.ts'
import { checkPin, unlock, type Vault } from './vault.ts'

export type { Signer } from './signer.ts'

export interface Person {
  device: string
  name: string
  username: string
  /** Operations and photos that have not left yet. */
  waiting: number
  /** Seconds until a PIN may be tried again. */
  locked: number
}

export interface Session {
  device: string
  user: { id: string; name: string; username: string; title: string; role: string }
  db: DeviceDb
  vault: Vault
  signer: Signer
  agency: State
  /** The server's full token. */
  token: string
}

/** The first wrong PINs cost nothing, the later ones more and more time (seconds); nothing is ever wiped. */
const DELAYS = [0, 0, 0, 15, 30, 60, 300, 900, 3600]

let signedIn: Session | null = null
const listeners = new Set<(session: Session | null) => void>()

/** Everybody who works with this tablet. */
export async function people(): Promise<Person[]> {
  const rows = await directory().people.where('device').above('').filter((row) => row.state === 'enrolled').toArray()
  const found = await Promise.all(rows.map(async (row) => ({ row, waiting: await waitingOf(deviceDb(row.device)) })))
  return found
    .map(({ row, waiting }) => ({
      device: row.device, name: row.name, username: row.username, waiting,
      locked: Math.max(0, Math.ceil((row.not_before - Date.now()) / 1000)),
    }))
    .sort((one, other) => one.name.localeCompare(other.name, 'vi'))
}

/** Count what has not left: operations that wait, and photos whose `complete` was not pulled. */
export async function waitingOf(db: DeviceDb): Promise<number> {
  const operations = await db.outbox.where('state').equals('waiting').count()
  return operations + (await db.photos.where('state').notEqual('complete').count())
}

/** Who is signed in on this page. */
export function current(): Session | null {
  return signedIn
}

/** Be told when somebody signs in or out; returns how to stop. */
export function onChange(listener: (session: Session | null) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Sign in by PIN. A wrong one is counted before it is tried, so that killing the page does not buy another guess. */
export async function open(device: string, pin: string): Promise<Session> {
  const vault = await vaultBy(device, pin)
  const session = await sessionOf(device, vault)
  begin(session)
  return session
}

/** Open a device's vault by its PIN, with growing delays after wrong ones. */
export async function vaultBy(device: string, pin: string): Promise<Vault> {
  checkPin(pin)
  await counted(device)
  const lock = await deviceDb(device).read('lock')
  const vault = lock ? await unlock(lock, pin) : null
  if (vault === null) throw new Trouble('wrong_pin')
  await directory().people.update(device, { failures: 0, not_before: 0 })
  return vault
}

/** Count one more attempt, or refuse it while the delay of the last one runs. */
async function counted(device: string): Promise<void> {
  const { people: table } = directory()
  await directory().transaction('rw', table, async () => {
    const row = await table.get(device)
    if (!row) throw new Trouble('no_person')
    const left = row.not_before - Date.now()
    if (left > 0) throw new Trouble('pin_delay', { seconds: Math.ceil(left / 1000) })
    const failures = row.failures + 1
    const seconds = DELAYS[Math.min(failures, DELAYS.length - 1)] ?? 0
    await table.update(device, { failures, not_before: Date.now() + seconds * 1000 })
  })
}

/** Build the session of an opened vault. */
export async function sessionOf(device: string, vault: Vault): Promise<Session> {
  const db = deviceDb(device)
  const [identity, key] = [await db.read('identity'), await db.read('key')]
  if (!identity || !key) throw new Trouble('no_person')
  const token = vault.unseal(identity.token, 'token')
  if (typeof token !== 'string') throw new TypeError('the sealed token is no text')
  return { device, user: identity.user, db, vault, signer: signerOf(key), agency: identity.agency, token }
}

/** Make a session the page's. */
export function begin(session: Session): void {
  if (signedIn && signedIn.vault !== session.vault) {
    signedIn.vault.erase()
    forgetOpened()
  }
  signedIn = session
  for (const listener of listeners) listener(session)
}

/** Sign out: the page forgets the data key. Queued work is still sent. */
export function close(): void {
  if (!signedIn) return
  signedIn.vault.erase()
  forgetOpened()
  signedIn = null
  for (const listener of listeners) listener(null)
}
