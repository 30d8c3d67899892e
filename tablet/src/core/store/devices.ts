// Devices of this tablet coming and going: prepared before enrolment, admitted by the server's answer, removed when empty.
import type { State } from '../types.ts'
import { uuid7 } from '../outbox/ids.ts'
import { Trouble } from '../trouble.ts'
import { deviceDb, directory, letGo, type Meta } from './db.ts'
import { current, close } from './session.ts'
import { newKey } from './signer.ts'
import { checkPin, ITERATIONS, newVault, type Vault } from './vault.ts'

/** The server's answer to an enrolment. */
export interface Admission {
  device: { id: string; kid: string; next_device_seq: number; tablet_name: string }
  token: string
  upload_token: string
  user: { id: string; name: string; username: string; title: string; role: string }
  agency: State | null
}

/**
 * Make key, PIN and database before the code is used: an answer lost on the way then costs a new code, never the key.
 * What such an attempt left behind is used again.
 */
export async function prepare(pin: string, iterations = ITERATIONS, native = true): Promise<{ device: string; vault: Vault }> {
  checkPin(pin)
  const left = await directory().people.filter((row) => row.state === 'pending').first()
  const [device, vault] = [left?.device ?? uuid7(), newVault()]
  const db = deviceDb(device)
  const key = (await db.read('key')) ?? (await newKey(native))
  const lock = await vault.lock(pin, iterations)
  await db.transaction('rw', db.meta, async () => {
    await db.write('key', key)
    await db.write('lock', lock)
  })
  await directory().people.put({
    device, state: 'pending', user_id: '', username: '', name: '', failures: 0, not_before: 0, created_at: Date.now(),
  })
  return { device, vault }
}

/** Forget a preparation that the server refused. */
export async function discard(device: string): Promise<void> {
  await directory().people.delete(device)
  const db = deviceDb(device)
  letGo(device)
  await db.delete()
}

/** Keep what the server answered: the person can sign in from now on. */
export async function admit(device: string, vault: Vault, answer: Admission): Promise<void> {
  const db = deviceDb(device)
  await db.transaction('rw', db.meta, async () => {
    await db.write('identity', identityOf(answer, vault))
    const next = (await db.read('next_seq')) ?? 1
    await db.write('next_seq', Math.max(next, answer.device.next_device_seq))
  })
  await name(device, answer)
}

/** Say in the directory whose device it is. */
export async function name(device: string, answer: Admission): Promise<void> {
  const { user } = answer
  await directory().people.update(device, {
    state: 'enrolled', user_id: user.id, username: user.username, name: user.name, failures: 0, not_before: 0,
  })
}

/** What is kept of an admission: its full token sealed. */
export function identityOf(answer: Admission, vault: Vault): Meta['identity'] {
  return {
    server_device: answer.device.id, kid: answer.device.kid, user: answer.user, agency: answer.agency ?? {},
    tablet_name: answer.device.tablet_name, token: vault.seal(answer.token, 'token'), upload_token: answer.upload_token,
  }
}

/** What of a device has not left, or was refused and is nowhere else. */
export async function unsent(device: string): Promise<{ records: number; photos: number; refused: number }> {
  const db = deviceDb(device)
  const [records, photos] = [db.outbox.where('state').equals('waiting').count(), db.photos.where('state').notEqual('complete').count()]
  const refused = db.notices.filter((notice) => notice.why === 'aside' || notice.why === 'quarantined').count()
  return { records: await records, photos: await photos, refused: await refused }
}

/** Take a person off the tablet. With anything unsent only `exported`: after what is left was saved to a file. */
export async function removePerson(device: string, exported = false): Promise<void> {
  const left = await unsent(device)
  if (!exported && left.records + left.photos + left.refused > 0) {
    throw new Trouble('unsent_left', { records: left.records + left.refused, photos: left.photos })
  }
  if (current()?.device === device) close()
  await discard(device)
}
