// The device's Ed25519 key: made on the tablet, not extractable; where the browser has no Ed25519, sealed by a key that is not.
import type { KeyRow } from './db.ts'
import { buffer } from './vault.ts'

export interface Signer {
  publicKey: Uint8Array
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

const ED25519 = { name: 'Ed25519' }
const AES = 'AES-GCM'

/** Make a key pair. `native` false stands for browsers whose WebCrypto refuses Ed25519. */
export async function newKey(native = true): Promise<KeyRow> {
  const pair = native ? await nativePair() : null
  if (pair === null) return fallbackKey()
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey)
  return { public: new Uint8Array(raw), private: pair.privateKey }
}

/** Sign by a key row. The private key is in reach only of code of this origin. */
export function signerOf(key: KeyRow): Signer {
  return { publicKey: key.public, sign: (bytes) => (key.wrapped ? fallbackSign(key, bytes) : nativeSign(key, bytes)) }
}

async function nativePair(): Promise<CryptoKeyPair | null> {
  try {
    const pair = await crypto.subtle.generateKey(ED25519, false, ['sign', 'verify'])
    return 'privateKey' in pair ? pair : null
  } catch {
    return null // an older browser
  }
}

async function nativeSign(key: KeyRow, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign(ED25519, key.private, buffer(bytes)))
}

async function fallbackKey(): Promise<KeyRow> {
  const { keygenAsync } = await import('@noble/ed25519')
  const { secretKey, publicKey } = await keygenAsync()
  const wrapping = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ['encrypt', 'decrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const box = await crypto.subtle.encrypt({ name: AES, iv }, wrapping, buffer(secretKey))
  secretKey.fill(0)
  return { public: publicKey, private: wrapping, wrapped: { iv, box } }
}

async function fallbackSign(key: KeyRow, bytes: Uint8Array): Promise<Uint8Array> {
  const { signAsync } = await import('@noble/ed25519')
  if (!key.wrapped) throw new TypeError('not a wrapped key')
  const secret = new Uint8Array(await crypto.subtle.decrypt({ name: AES, iv: buffer(key.wrapped.iv) }, key.private, key.wrapped.box))
  try {
    return await signAsync(bytes, secret)
  } finally {
    secret.fill(0)
  }
}
