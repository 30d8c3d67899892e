// The published vectors of procedures and the shipped rule set, as both languages read them.
import procedures from '../../../tests/vectors/procedures.json'
import rules from '../../../tests/vectors/rules-2026.2.json'
import type { Rules, State } from '../../src/core/types.ts'

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
