// Verifying Ed25519: the browser's own where it has it, else the library, fetched only then.

/** Say whether a signature is that of a raw public key; false for a key or a signature that is none. */
export async function verifies(publicKey: Uint8Array, signature: Uint8Array, signed: Uint8Array): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const key = await imported(publicKey)
  if (key === 'unsupported') return byLibrary(publicKey, signature, signed)
  return key !== null && crypto.subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(signed))
}

async function imported(publicKey: Uint8Array): Promise<CryptoKey | null | 'unsupported'> {
  try {
    return await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
  } catch (error) {
    // Older Chromes do not know the algorithm; a key that is no point of the curve is a DataError.
    return error instanceof DOMException && error.name === 'DataError' ? null : 'unsupported'
  }
}

async function byLibrary(publicKey: Uint8Array, signature: Uint8Array, signed: Uint8Array): Promise<boolean> {
  const [ed, { sha512 }] = await Promise.all([import('@noble/ed25519'), import('@noble/hashes/sha2.js')])
  ed.hashes.sha512 = sha512
  try {
    return ed.verify(signature, signed, publicKey, { zip215: false })
  } catch {
    return false
  }
}
