// Cases for tests of closing: the smallest inspection with a leader, and papers as a tablet holds them.
import type { Case, Paper } from '../../src/core/closing/case.ts'
import { paperOf } from '../../src/core/closing/case.ts'
import type { Form } from '../../src/core/closing/forms.ts'
import type { Doc } from '../../src/core/reading.ts'
import type { State } from '../../src/core/types.ts'

export const LEADER = 'u-leader'
export const INSPECTION = '0192f0c1-0000-7000-8000-000000000001'

/** A case in a status; `more` lays over it. */
export function caseIn(status: string, more: Partial<Case> & { state?: State } = {}): Case {
  const { state, ...rest } = more
  return {
    user: LEADER, complete: true, waiting: 0,
    inspection: {
      kind: 'inspection', id: INSPECTION, scope: 'campaign:c', rev: 3, waiting: 0, refused: 0,
      state: { status, decision_announced_at: '2026-11-26T08:00:00+07:00', visits: [{ started_at: '2026-11-26T08:00:00+07:00' }], conclusion: 'Đạt', ...state },
    },
    campaign: { id: 'c', team: [{ user_id: LEADER, role: 'leader', name: 'Hoàng Minh Đức' }, { user_id: 'u-2', role: 'member', name: 'Nguyễn Văn Kiên' }] },
    organisation: { id: 'o', series: [{ series: 'BB-ĐKT', symbol: 'BB-ĐKT', form: 'inspection' }, { series: 'TB', symbol: 'TB', form: 'suspension_notice' }] },
    establishment: { id: 'e', name: 'Cửa hàng xăng dầu Song Mai' }, area: null, instruments: [], findings: [], photos: [], requirements: [], measures: [],
    signatures: [], samples: [], minutes: [], papers: [], earlier: [], standards: [], session: null, marks: [], checklists: [], rules: null,
    ...rest,
  }
}

/** Minutes as they stand on the tablet: `rev` 0 while the server has not seen them. */
export function paper(form: Form, number: number, more: { rev?: number; status?: string; issued_at?: string; document?: State } = {}): Paper {
  const id = `m-${number}`
  const canonical = JSON.stringify({ number: { text: `0${number}/BB-ĐKT` }, findings: [], ...more.document })
  const closes = ['inspection', 'amendment', 'not_carried_out'].includes(form)
  return paperOf({
    kind: 'minutes', id, scope: 'campaign:c', rev: more.rev ?? 0, waiting: more.rev ? 0 : 1, refused: 0,
    state: {
      inspection_id: INSPECTION, form, closes, series: 'BB-ĐKT', year: 2026, number, canonical, cose: '', issued_at: more.issued_at ?? `2026-11-26T1${number}:00:00+07:00`,
      amends: null, ...(more.status === undefined ? {} : { status: more.status }),
    },
  })
}

export const doc = (id: string, state: State): Doc => ({ ...state, id })

/** The same case with papers: those that stand are what later papers rest on. */
export function having(of: Case, ...papers: Paper[]): Case {
  return { ...of, minutes: papers, papers: papers.filter((each) => ['issued', 'amended'].includes(each.status)) }
}
