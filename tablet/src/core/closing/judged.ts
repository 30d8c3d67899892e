// The verdicts that a paper prints: computed on the tablet from what it holds, by the same procedures and limits as the server.
import { judgeInspection, type Inspected } from '../judging/inspection.ts'
import type { Document, Kind } from '../types.ts'
import type { Case } from './case.ts'
import type { Doc } from '../reading.ts'

/** Return the findings with the verdicts of this tablet; what has no procedure, or no rules to judge by, stays as it is. */
export function judged(of: Case): Doc[] {
  if (of.rules === null) return of.findings
  const computed = judgeInspection(inspected(of, of.rules))
  return of.findings.map((finding) => {
    const found = computed.get(finding.id)
    return found === undefined ? finding : { ...finding, computed: { ...found } }
  })
}

function inspected(of: Case, rules: Inspected['rules']): Inspected {
  const documents = (kind: Kind, docs: readonly Doc[]): Document[] => docs.map((each) => ({ kind, id: each.id, scope: '', rev: 0, waiting: 0, refused: 0, state: each }))
  return {
    session: of.session, inspection: of.inspection.state, campaignKind: of.campaign.kind ?? null, checklists: of.checklists, rules,
    findings: documents('finding', of.findings), instruments: documents('instrument', of.instruments), standards: documents('measurement_standard', of.standards),
  }
}
