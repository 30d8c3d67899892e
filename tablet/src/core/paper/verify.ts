// The scanner's brain: what a scanned text is worth, judged with the kept key list alone: twin of sync.seal.verify_offline.
import { digest } from './canonical.ts'
import { judge, type KeysFile, type Outcome } from './keys.ts'
import { openSealed, parseQr, peek, SealError, type Claims } from './seal.ts'

export { fetchKeys, keys, KeysFileError, readKeys, type KeysFile, type Outcome } from './keys.ts'

export interface VerificationResult {
  outcome: Outcome
  /** One Vietnamese sentence. */
  message: string
  /** Where they could be read; trusted only with an outcome other than `altered` and `unknown_key`. */
  claims: Claims | null
  keysIssuedOn: string
}

/**
 * Judge minutes with nothing but the published list, however old: the scanned text or the COSE bytes, and the canonical
 * text to compare with where it is at hand. Never throws for what was scanned.
 */
export async function verify(scanned: string | Uint8Array, list: KeysFile, canonical?: string): Promise<VerificationResult> {
  let claims: Claims | null = null
  try {
    const cose = typeof scanned === 'string' ? parseQr(scanned) : scanned
    claims = peek(cose)
    claims = await openSealed(cose, new Map([...list.keys].map(([kid, row]) => [kid, row.publicKey])))
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    const outcome = error.code === 'unknown_key' ? 'unknown_key' : 'altered'
    return { outcome, message: error.message, claims, keysIssuedOn: list.issuedOn }
  }
  let [outcome, message] = judge(list, claims)
  if (canonical !== undefined && !sameBytes(digest(canonical), claims.sha256)) {
    ;[outcome, message] = ['altered', 'Nội dung không khớp với mã QR đã ký.']
  }
  return { outcome, message, claims, keysIssuedOn: list.issuedOn }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
