// The certificates that are still at the table in the evening.
import { paperOf, STANDING } from '../../core/closing/case.ts'
import { certificateState } from '../../core/closing/handling.ts'
import type { Document } from '../../core/types.ts'

/** The certificates that stand and that nobody has been given, by their numbers. */
export function awaitingOf(minutes: readonly Document[]): { id: string; text: string; way: 'awaiting' | 'signed' }[] {
  return minutes
    .flatMap((each) => {
      const [paper, way] = [paperOf(each), certificateState(each.state)]
      return STANDING.has(paper.status) && (way === 'awaiting' || way === 'signed') ? [{ id: paper.id, text: paper.text, way }] : []
    })
    .sort((a, b) => a.text.localeCompare(b.text, 'vi', { numeric: true }))
}
