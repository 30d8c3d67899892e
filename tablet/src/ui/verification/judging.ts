// What the conclusion of one instrument is computed from, and the reasons that stand beside it.
import { computedOf, type Inspected } from '../../core/judging/inspection.ts'
import type { Checklist } from '../../core/types.ts'
import type { Visit } from '../work/visit.svelte.ts'

/** The slip as judging reads it; null while checklists or rules are being read. */
export function inputOf(visit: Visit): Inspected | null {
  if (visit.rules === undefined || visit.inspection === undefined || visit.checklists.length < visit.pins.length) return null
  return {
    inspection: visit.inspection.state, campaignKind: visit.campaign?.state.kind ?? null, checklists: visit.checklists, rules: visit.rules,
    findings: visit.findings, instruments: visit.instruments, standards: visit.standards,
  }
}

/** Why the conclusion is not a pass: what each step or table says that is none, in the words of the twins. */
export function reasonsOf(checklist: Checklist, subject: string | null, input: Inspected): string[] {
  const items = new Map(checklist.sections.flatMap((section) => section.items).map((item) => [item.key, item]))
  const found: string[] = []
  for (const finding of input.findings) {
    const { state } = finding
    if (state.subject_id !== subject || state.checklist !== checklist.code) continue
    const item = items.get(String(state.item))
    if (state.answer === 'nonconforming' && item?.type === 'answer') found.push([item.text.vi, typeof state.note === 'string' ? state.note : ''].filter(Boolean).join(': '))
    const computed = computedOf(finding, input)
    if (computed !== null && computed.verdict !== 'pass' && item !== undefined) found.push(`${item.key}: ${computed.explanation}`)
  }
  return found
}
