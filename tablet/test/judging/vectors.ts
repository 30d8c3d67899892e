// The published vectors of checklists/ and the shipped rule set, as both languages read them.
import conditions from '../../../tests/vectors/conditions.json'
import draws from '../../../tests/vectors/draw.json'
import judged from '../../../tests/vectors/judge.json'
import procedures from '../../../tests/vectors/procedures.json'
import rules from '../../../tests/vectors/rules-2026.2.json'
import standards from '../../../tests/vectors/standards.json'
import verification from '../../../tests/vectors/verification.json'
import type { Reference } from '../../src/core/judging/conditions.ts'
import type { Proposed } from '../../src/core/verification/validity.ts'
import type { Place } from '../../src/core/judging/verification.ts'
import type { Computed, Item, Rules, State, Verdict } from '../../src/core/types.ts'

export const RULES = rules as unknown as Rules

export interface ProcedureVector {
  id: string
  procedure: string
  request: State
  expected?: State
  problem?: { field: string }
}

export const PROCEDURES = procedures.vectors as unknown as ProcedureVector[]
export const RULES_OF_VECTORS = procedures.rules

export const CONDITIONS = conditions as unknown as {
  subject: State
  findings: { [item: string]: State }
  cases: { condition: unknown; holds: boolean }[]
  references: (Reference & { text: unknown; none?: true })[]
}

export interface JudgeVector {
  id: string
  item: string
  finding: unknown
  subject: unknown
  answers: { [item: string]: unknown }
  on: string
  context: 'verification' | 'inspection'
  gives: Computed | null
}

export const JUDGED = judged as unknown as { rules: string; items: { [name: string]: Item }; cases: JudgeVector[] }

export interface StandardsVector {
  name: string
  procedure: string
  standards: State[]
  days: string[]
  reasons: State
  verdict: Verdict
  explanation: string
  gives: { verdict: Verdict; explanation: string }
}

export const STANDARDS = standards as unknown as StandardsVector[]

export interface DrawVector {
  id: string
  population: number | string[]
  size: number
  seed: string
  expected?: { units: string[]; list_sha256: string }
  problem?: string
}

export const DRAWS = draws.vectors as unknown as DrawVector[]

interface Slip {
  inspection: State
  findings: State[]
}

export const VERIFICATION = verification as unknown as {
  places: (Slip & { name: string; gives: Place | null })[]
  queue: Slip & { gives: [string, string][] }
  until: { name: string; instrument: State; on: string; proposed: Proposed | null; asked: string; refused: string | null }[]
}
