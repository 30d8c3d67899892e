// PIN, vault and devices: what is sealed, what stays readable, and that wrong PINs cost time but nothing else.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { verifyAsync } from '@noble/ed25519'
import { directory } from '../../src/core/store/db.ts'
import { admit, prepare, removePerson } from '../../src/core/store/devices.ts'
import { get } from '../../src/core/store/documents.ts'
import { close, current, onChange, open, people } from '../../src/core/store/session.ts'
import { newKey, signerOf } from '../../src/core/store/signer.ts'
import { ITERATIONS } from '../../src/core/store/vault.ts'
import { create, patch } from '../../src/core/outbox/record.ts'
import { admission, FEW, PIN, pulled, signedIn, wipe } from '../bench.ts'

afterEach(wipe)
afterEach(() => vi.useRealTimers())

describe('the PIN', () => {
  it('opens what it sealed', async () => {
    const s = await signedIn()
    const id = await pulled(s, 'establishment', { name: 'Cửa hàng xăng dầu số 1' })
    close()
    expect(current()).toBeNull()
    const again = await open(s.device, PIN)
    expect(again.token).toBe('full-token')
    expect((await get(again, 'establishment', id))?.state.name).toBe('Cửa hàng xăng dầu số 1')
    expect(current()?.device).toBe(s.device)
  })

  it('is slow to guess by its own work', () => {
    expect(ITERATIONS).toBeGreaterThanOrEqual(600_000)
  })

  it.each(['12345', '1234567', 'abcdef', ''])('has six digits, not “%s”', async (pin) => {
    await expect(prepare(pin, FEW)).rejects.toMatchObject({ key: 'pin_shape' })
  })

  it('delays more and more after wrong ones, wipes nothing, and forgets them after the right one', async () => {
    const s = await signedIn()
    const id = await pulled(s, 'establishment', { name: 'Trạm cân' })
    close()
    vi.useFakeTimers({ toFake: ['Date'] })
    const waits: number[] = []
    for (let wrong = 0; wrong < 8; wrong++) {
      await expect(open(s.device, '000000')).rejects.toMatchObject({ key: 'wrong_pin' })
      const locked = (await people())[0]!.locked
      waits.push(locked)
      if (locked > 0) await expect(open(s.device, PIN)).rejects.toMatchObject({ key: 'pin_delay' })
      vi.setSystemTime(Date.now() + locked * 1000)
    }
    expect(waits).toEqual([0, 0, 15, 30, 60, 300, 900, 3600])
    const again = await open(s.device, PIN)
    expect((await get(again, 'establishment', id))?.state.name).toBe('Trạm cân')
    expect((await people())[0]!.locked).toBe(0)
  })

  it('counts a guess before it is tried', async () => {
    const s = await signedIn()
    close()
    const guesses = Array.from({ length: 6 }, () => open(s.device, '999999').catch((error: { key: string }) => error.key))
    expect((await Promise.all(guesses)).filter((key) => key === 'wrong_pin').length).toBeLessThanOrEqual(3)
  })
})

describe('at rest', () => {
  it('tokens and documents are sealed; the upload token and what waits can leave without the PIN', async () => {
    const s = await signedIn()
    const id = await pulled(s, 'establishment', { name: 'BÍ MẬT' })
    await patch(s, 'establishment', id, { phone: '0204' })
    const texts = (value: unknown): string => JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? new TextDecoder().decode(each) : each))
    expect(texts(await s.db.documents.toArray())).not.toContain('BÍ MẬT')
    expect(texts(await s.db.meta.toArray())).not.toContain('full-token')
    expect(texts(await s.db.meta.toArray())).toContain('upload-token')
    expect(texts(await s.db.outbox.toArray())).toContain('0204')
  })

  it('a sealed row does not open at another place', async () => {
    const s = await signedIn()
    const one = await pulled(s, 'establishment', { name: 'A' })
    const other = await pulled(s, 'establishment', { name: 'B' })
    const [a, b] = [await s.db.documents.get(['establishment', one]), await s.db.documents.get(['establishment', other])]
    await s.db.documents.put({ ...a!, server: b!.server })
    await expect(get(s, 'establishment', one)).rejects.toThrow()
  })
})

describe('several inspectors', () => {
  it('each have their own PIN, database and queue', async () => {
    const first = await signedIn('Nguyễn Văn An')
    await create(first, 'establishment', { scope: 'area:07213', set: { name: 'Trạm mới', area_code: '07213' } })
    const second = await signedIn('Trần Thị Bình')
    expect((await people()).map((person) => [person.name, person.waiting])).toEqual([['Nguyễn Văn An', 1], ['Trần Thị Bình', 0]])
    expect(await second.db.outbox.count()).toBe(0)
    expect(await second.db.documents.count()).toBe(0)
  })

  it('are told of on signing in and out', async () => {
    const seen: (string | undefined)[] = []
    const stop = onChange((session) => seen.push(session?.user.name))
    await signedIn('Nguyễn Văn An')
    close()
    stop()
    expect(seen).toEqual(['Nguyễn Văn An', undefined])
  })

  it('leave the tablet only when nothing of theirs is unsent, or it was exported', async () => {
    const s = await signedIn()
    await create(s, 'establishment', { scope: 'area:07213', set: { name: 'Trạm mới' } })
    await expect(removePerson(s.device)).rejects.toMatchObject({ key: 'unsent_left', values: { records: 1, photos: 0 } })
    expect((await people()).length).toBe(1)
    await removePerson(s.device, true)
    expect(await people()).toEqual([])
    expect(current()).toBeNull()
  })
})

describe('the key', () => {
  it.each([['of the browser', true], ['of a browser without Ed25519', false]])('%s signs, and cannot be taken out', async (_name, native) => {
    const { device, vault } = await prepare(PIN, FEW, native)
    await admit(device, vault, admission())
    close()
    const s = await open(device, PIN)
    const bytes = new TextEncoder().encode('Biên bản số 05')
    expect(await verifyAsync(await s.signer.sign(bytes), bytes, s.signer.publicKey)).toBe(true)
    const key = (await s.db.read('key'))!
    await expect(crypto.subtle.exportKey(native ? 'pkcs8' : 'raw', key.private)).rejects.toThrow()
  })

  it('is another for everyone', async () => {
    const [one, other] = [signerOf(await newKey()), signerOf(await newKey())]
    expect(one.publicKey).not.toEqual(other.publicKey)
  })
})

it('an enrolment whose answer was lost is no person yet, but keeps its key', async () => {
  const { device } = await prepare(PIN, FEW)
  expect(await people()).toEqual([])
  expect(await directory().people.get(device)).toMatchObject({ state: 'pending' })
})
