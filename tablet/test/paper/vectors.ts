// The published vectors of minutes and their test key, as both languages read them.
import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import minutes from '../../../tests/vectors/minutes.json'
import symbols from '../../../tests/vectors/qr.json'
import type { State } from '../../src/core/types.ts'

ed.hashes.sha512 = sha512

export interface MinutesVector {
  name: string
  documents: State
  canonical: string
  sha256: string
  private_key: string
  public_key: string
  claims: { series: string; year: number; number: number; issued_at: number; establishment: string }
  cose: string
  host: string
  qr: string
}

export const MINUTES = minutes.cases as unknown as MinutesVector[]
export const SYMBOLS = symbols

/** A signer with a key of the vectors; its public key stands in them. */
export function signerOf(privateKeyHex: string) {
  const secret = hexToBytes(privateKeyHex)
  return { publicKey: ed.getPublicKey(secret), sign: async (bytes: Uint8Array) => ed.sign(bytes, secret) }
}

export function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}
