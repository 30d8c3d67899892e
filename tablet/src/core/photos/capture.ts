// A photo becomes evidence: its bytes, its record and its place in an answer are kept in one transaction, or none of them.
import { instant } from '../outbox/clock.ts'
import { uuid7 } from '../outbox/ids.ts'
import { create, transaction } from '../outbox/record.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { State } from '../types.ts'
import type { Position } from './position.ts'
import { prepare, type Prepared } from './prepare.ts'
import { keep as keepBytes } from './storage.ts'

export interface Capture {
  /** The inspection that it belongs to; or the verification session, where it is of none (`session`). */
  inspection: string | null
  session?: string
  /** The answer that it is evidence of; null for pages of a signed paper and the like. */
  finding: string | null
  purpose: 'evidence' | 'signed_paper' | 'lab_report'
  file: Blob
  position: Position | null
  /** The paper whose signed page it shows. */
  minutes?: string
  /** The photo that this one was drawn on. */
  derives_from?: string
  /** What else belongs to it and must be written with it, such as the answer's list of photos. */
  attach?: (photo: string) => Promise<unknown>
}

/** Keep a photo: refuses (PhotoRefused) a file that is none; where there is no room nothing at all is written. Returns its id. */
export async function capture(s: Session, given: Capture): Promise<string> {
  return keep(s, given, await prepare(given.file))
}

/** Keep bytes that were looked at already. */
export function keep(s: Session, given: Omit<Capture, 'file'>, bytes: Prepared): Promise<string> {
  const id = uuid7()
  const at = Date.now()
  return transaction(s, async () => {
    const parent = given.inspection ?? given.session ?? ''
    const above = await s.db.documents.get([given.inspection === null ? 'verification_session' : 'inspection', parent])
    if (above === undefined) throw new Trouble('not_found')
    const blob = new Blob([bytes.bytes], { type: bytes.media_type })
    await keepBytes(s, { id, inspection: parent, blob, thumb: bytes.thumb, sha256: bytes.sha256, media_type: bytes.media_type })
    const { finding: finding_id, purpose, position } = given
    const made: State = {
      ...(given.derives_from === undefined ? {} : { derives_from: given.derives_from }),
      ...(given.minutes === undefined ? {} : { minutes_id: given.minutes }),
    }
    await create(s, 'photo', {
      id, scope: above.scope, parent,
      set: {
        ...(given.inspection === null ? { session_id: parent } : { inspection_id: parent }), finding_id, purpose, sha256: bytes.sha256, size: blob.size,
        media_type: bytes.media_type, taken_at: instant(at), position,
        original_sha256: bytes.original_sha256, ...made,
      },
    })
    await given.attach?.(id)
    return id
  })
}
