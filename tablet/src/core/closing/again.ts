// Printing an issued paper again: the PDF that was kept, or a new one of the same text and seal. Nothing is marked by it.
import { fromBase64url } from '../base64.ts'
import { pdf } from '../paper/pdf.ts'
import type { Session } from '../store/session.ts'
import type { Paper } from './case.ts'
import { hostOf } from './host.ts'
import { kept } from './pdfs.ts'

/** Return the PDF of a paper as it stands: void and amended ones say so on every page. */
export async function printedAgain(s: Session, paper: Paper): Promise<Uint8Array> {
  const before = paper.status === 'issued' ? await kept(s, paper.id) : undefined
  if (before !== undefined) return before
  const status = paper.status === 'void' || paper.status === 'amended' ? paper.status : 'issued'
  return pdf({ canonical: paper.canonical, cose: fromBase64url(paper.cose), host: await hostOf(s), status })
}
