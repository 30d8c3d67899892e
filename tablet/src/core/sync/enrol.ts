// A one-time code makes an inspector's device of this tablet; again with the same key after a forgotten PIN or a restore.
import { toBase64url } from '../base64.ts'
import type { State } from '../types.ts'
import { deviceDb, directory, type KeyRow, type Lock } from '../store/db.ts'
import { admit, type Admission, discard, identityOf, name, prepare } from '../store/devices.ts'
import { begin, type Session, sessionOf } from '../store/session.ts'
import { signerOf } from '../store/signer.ts'
import { checkPin, ITERATIONS, newVault, unlock, type Vault } from '../store/vault.ts'
import { Trouble } from '../trouble.ts'
import { map, text } from './answers.ts'
import { again } from './epoch.ts'
import { ask, Refused } from './http.ts'
import { isMap } from '../reading.ts'
import { keep } from './settle.ts'

/** Enrol with a code and sign in. Needs the network. */
export async function enrol(code: string, tabletName: string, pin: string, iterations = ITERATIONS): Promise<Session> {
  const isLeft = (await directory().people.filter((row) => row.state === 'pending').count()) > 0
  try {
    return await tried(code, tabletName, pin, iterations)
  } catch (error) {
    if (!(error instanceof Refused)) throw error // no answer: the server may know the key by now, so it is kept
    // The key that an earlier attempt left behind may belong to somebody else by now: once more with a new one.
    if (isLeft && error.status === 409) return enrol(code, tabletName, pin, iterations)
    throw wordsFor(error)
  }
}

async function tried(code: string, tabletName: string, pin: string, iterations: number): Promise<Session> {
  const { device, vault } = await prepare(pin, iterations)
  try {
    await admit(device, vault, await request(device, code, tabletName, null))
  } catch (error) {
    if (error instanceof Refused) await discard(device)
    throw error
  }
  return signedInto(device, vault)
}

async function signedInto(device: string, vault: Vault): Promise<Session> {
  const session = await sessionOf(device, vault)
  begin(session)
  return session
}

/** Enrol a device of this tablet again, with a new code for the same person, the same key and perhaps another PIN. */
export async function enrolAgain(device: string, code: string, pin: string, iterations = ITERATIONS): Promise<Session> {
  checkPin(pin)
  const [row, db] = [await directory().people.get(device), deviceDb(device)]
  const [identity, lock] = [await db.read('identity'), await db.read('lock')]
  if (!row || !identity || !lock) throw new Trouble('no_person')
  const answer = await request(device, code, identity.tablet_name, row.user_id).catch((error: unknown) => {
    throw error instanceof Refused ? wordsFor(error) : error
  })
  if (answer.user.id !== row.user_id) throw new Trouble('other_person')
  const known = await unlock(lock, pin)
  const vault = known ?? newVault()
  await readmit(device, vault, known ? null : await vault.lock(pin, iterations), answer)
  return signedInto(device, vault)
}

/**
 * Keep what the server answered to somebody who enrolled again with the same key. The queue goes on. With a forgotten PIN
 * (`lock` is a new one) what only the old one opened is dropped and pulled again; what waits was never sealed.
 */
async function readmit(device: string, vault: Vault, lock: Lock | null, answer: Admission): Promise<void> {
  const db = deviceDb(device)
  const keeper = { db, vault, user: answer.user }
  await db.transaction('rw', db.meta, db.documents, db.outbox, db.notices, async () => {
    await db.write('identity', identityOf(answer, vault))
    if (lock === null) return
    await db.write('lock', lock)
    const rows = await db.documents.toArray()
    await db.documents.clear()
    for (const row of rows) await keep(keeper, { ...row, server: null, view: null })
    await db.write('pulled', again(await db.read('pulled')))
  })
  await name(device, answer)
}

async function request(device: string, code: string, tabletName: string, userId: string | null): Promise<Admission> {
  const key = await deviceDb(device).read('key')
  if (!key) throw new Trouble('no_person')
  const public_key = toBase64url(key.public)
  const body: State = { code, tablet_name: tabletName, public_key, proof: await proofOf(key, code, public_key) }
  const { json } = await ask('POST', '/enrolments', { body: userId === null ? body : { ...body, user_id: userId } })
  return admissionOf(json, tabletName)
}

/** Prove that the private key is here: only then a key that is known already is taken again (docs/protocol.md, "Enrolment"). */
async function proofOf(key: KeyRow, code: string, publicKey: string): Promise<string> {
  const plain = code.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return toBase64url(await signerOf(key).sign(new TextEncoder().encode(`hien-truong enrolment\n${plain}\n${publicKey}`)))
}

function admissionOf(json: State, tabletName: string): Admission {
  const [device, user] = [map(json, 'device'), map(json, 'user')]
  return {
    device: { id: text(device, 'id'), kid: text(device, 'kid'), next_device_seq: Number(device.next_device_seq ?? 1), tablet_name: tabletName },
    token: text(json, 'token'), upload_token: text(json, 'upload_token'),
    user: { id: text(user, 'id'), name: text(user, 'name'), username: String(user.username ?? ''), title: text(user, 'title'), role: text(user, 'role') },
    agency: isMap(json.agency) ? json.agency : null,
  }
}

function wordsFor(error: Refused): Error {
  if (error.status === 410) return new Trouble('code_refused', {}, error.detail || null)
  if (error.status === 409) return new Trouble('other_person', {}, error.detail || null)
  return error
}
