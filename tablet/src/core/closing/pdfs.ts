// The PDFs of issued papers, kept sealed on the tablet: what was printed can be printed again, byte for byte.
import type { Session } from '../store/session.ts'

/** Keep a PDF, inside the transaction that records its minutes. */
export async function keep(s: Session, minutes: string, bytes: Uint8Array): Promise<void> {
  await s.db.papers.put({ id: minutes, pdf: s.vault.seal(base64(bytes), about(minutes)), at: Date.now() })
}

/** Read a PDF back; undefined where this tablet keeps none (issued on another one, or at the office). */
export async function kept(s: Session, minutes: string): Promise<Uint8Array | undefined> {
  const row = await s.db.papers.get(minutes)
  const read = row === undefined ? undefined : s.vault.unseal(row.pdf, about(minutes))
  return typeof read === 'string' ? Uint8Array.from(atob(read), (each) => each.charCodeAt(0)) : undefined
}

const about = (minutes: string): string => `paper/${minutes}`

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
