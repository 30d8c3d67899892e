// Labels of certificates from this tablet: of what stands, one on each page, for a small printer.
import { fromBase64url } from '../base64.ts'
import { label } from '../paper/label.ts'
import { labelsPdf } from '../paper/pdf.ts'
import type { Session } from '../store/session.ts'
import type { Paper } from './case.ts'
import { STANDING } from './case.ts'
import { hostOf } from './host.ts'
import { CERTIFICATE } from './verification.ts'

/** The papers that have a label: certificates that stand. */
export function labelled(papers: readonly Paper[]): Paper[] {
  return papers.filter((paper) => paper.form === CERTIFICATE && STANDING.has(paper.status))
}

/** Print the labels of papers; those without one are left out. Throws PrintError. */
export async function labels(s: Session, papers: readonly Paper[]): Promise<Uint8Array> {
  return labelsPdf(labelled(papers).map((paper) => ({ words: label(paper.state), cose: fromBase64url(paper.cose) })), await hostOf(s))
}
