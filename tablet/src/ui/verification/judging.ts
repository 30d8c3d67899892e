// What the conclusion of one instrument is computed from: the slip with its session, the team and whoever holds the tablet.
import { concludedOn } from '../../core/judging/computed.ts'
import type { Conclusion } from '../../core/judging/conclusion.ts'
import type { Inspected } from '../../core/judging/inspection.ts'
import { maps } from '../../core/reading.ts'
import type { Checklist, Document } from '../../core/types.ts'
import type { Visit } from '../work/visit.svelte.ts'

/** The conclusion as the twins give it now; null while checklists or rules are being read, or nothing was tested. */
export function proposedOn(visit: Visit, session: Document | null | undefined, checklist: Checklist, instrument: string): Conclusion | null {
  const input = inputOf(visit, session)
  return input === null ? null : concludedOn(checklist, instrument, input)
}

function inputOf(visit: Visit, session: Document | null | undefined): Inspected | null {
  if (visit.rules === undefined || visit.inspection === undefined || !session || visit.checklists.length < visit.pins.length) return null
  return {
    inspection: visit.inspection.state, campaignKind: visit.campaign?.state.kind ?? null, checklists: visit.checklists, rules: visit.rules,
    findings: visit.findings, instruments: visit.instruments, standards: visit.standards,
    session: session.state, team: maps(visit.campaign?.state.team), verifier: visit.session.user.id,
  }
}
