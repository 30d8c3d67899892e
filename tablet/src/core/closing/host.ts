// The host in a paper's QR code.
import type { Session } from '../store/session.ts'

/** The host that a paper's QR code carries, as the server said; where it has not yet, the one that the app came from. */
export async function hostOf(s: Session): Promise<string> {
  return (await s.db.read('greeting'))?.host ?? location.host
}
