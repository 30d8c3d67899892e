// What is not readable without the PIN: a random data key, itself sealed by the PIN, seals tokens and documents at rest.
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { utf8ToBytes } from '@noble/ciphers/utils.js'
import type { Json } from '../types.ts'
import { Trouble } from '../trouble.ts'
import type { Lock } from './db.ts'

/** Six digits are few: what slows a thief down is this work, and never enough by itself (docs/tablet.md). */
export const ITERATIONS = 600_000
const NONCE = 24
const KEY_PURPOSE = 'data key'

/** Seals and opens values by the data key. Synchronous, so that a database transaction is not lost by waiting. */
export class Vault {
  constructor(private readonly key: Uint8Array) {}

  /** Seal a value; `about` binds it to its place, so that rows cannot be exchanged. */
  seal(value: Json, about: string): Uint8Array {
    return sealed(this.key, utf8ToBytes(JSON.stringify(value)), about)
  }

  /** Open what was sealed under the same `about`. */
  unseal(box: Uint8Array, about: string): Json {
    const value: Json = JSON.parse(new TextDecoder().decode(unsealed(this.key, box, about)))
    return value
  }

  /** Seal this vault's data key by a PIN. */
  async lock(pin: string, iterations = ITERATIONS): Promise<Lock> {
    const salt = crypto.getRandomValues(new Uint8Array(16))
    return { salt, iterations, box: sealed(await keyOf(pin, salt, iterations), this.key, KEY_PURPOSE) }
  }

  /** Forget the key. */
  erase(): void {
    this.key.fill(0)
  }
}

/** A vault with a new random data key. */
export function newVault(): Vault {
  return new Vault(crypto.getRandomValues(new Uint8Array(32)))
}

/** Open a lock by its PIN; null for a wrong one. */
export async function unlock(lock: Lock, pin: string): Promise<Vault | null> {
  const key = await keyOf(pin, lock.salt, lock.iterations)
  try {
    return new Vault(unsealed(key, lock.box, KEY_PURPOSE))
  } catch {
    return null
  }
}

/** Refuse what is no PIN. */
export function checkPin(pin: string): void {
  if (!/^\d{6}$/.test(pin)) throw new Trouble('pin_shape')
}

async function keyOf(pin: string, salt: Uint8Array, iterations: number): Promise<Uint8Array> {
  const material = await crypto.subtle.importKey('raw', buffer(utf8ToBytes(pin)), 'PBKDF2', false, ['deriveBits'])
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: buffer(salt), iterations }, material, 256)
  return new Uint8Array(bits)
}

function sealed(key: Uint8Array, plain: Uint8Array, about: string): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
  const text = xchacha20poly1305(key, nonce, utf8ToBytes(about)).encrypt(plain)
  const box = new Uint8Array(NONCE + text.length)
  box.set(nonce)
  box.set(text, NONCE)
  return box
}

function unsealed(key: Uint8Array, box: Uint8Array, about: string): Uint8Array {
  return xchacha20poly1305(key, box.slice(0, NONCE), utf8ToBytes(about)).decrypt(box.slice(NONCE))
}

/** A copy whose buffer is certainly a plain ArrayBuffer, as WebCrypto wants it. */
export function buffer(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length)
  new Uint8Array(copy).set(bytes)
  return copy
}
