// Dated limit rows of a rule set as GET /rules/{version} serves it: twin of checklists/limits.py (find) and limit_rows.py.

import type { Rules, State } from '../types'
import { Fraction } from './decimal'
import { isMap } from '../reading'

export type LimitStatus = 'confirmed' | 'unconfirmed' | 'given'
export type Context = 'verification' | 'inspection'

/**
 * Allowances by size: steps of (bound, allowance), bounds rising; null = without end.
 *
 * `up_to`: the first step whose bound is not below the size. `from`: the last step whose bound is not above it. `linear`:
 * straight lines between the points, through zero below the first; above the last, `beyondPercent` of the size.
 */
export interface LimitTable {
  kind: 'up_to' | 'from' | 'linear'
  steps: [Fraction | null, Fraction][]
  beyondPercent: Fraction | null
  above: Fraction | null
}

/** One dated, sourced limit row: checklists/model.py says what each part means. */
export interface Limit {
  procedure: string
  context: string
  parameters: { [name: string]: string }
  value: Fraction | null
  unit: string
  lower: Fraction | null
  floor: Fraction | null
  floorUnit: string | null
  table: LimitTable | null
  source: string
  validFrom: string
  validTo: string | null
  status: LimitStatus
  note: string | null
}

const read = new WeakMap<Rules, RuleSet>()

/** The limits of one rule set, read once. */
export class RuleSet {
  private readonly serving = new Map<string, Limit[]>()

  private constructor(readonly limits: Limit[]) {}

  /** Return the rule set of a served JSON, which is never changed afterwards. */
  static of(rules: Rules): RuleSet {
    let found = read.get(rules)
    if (found === undefined) read.set(rules, (found = new RuleSet(rules.limits.map(limitOf))))
    return found
  }

  /** Return the row in force for this procedure, day and context whose own parameters all agree, or null. */
  find(procedure: string, on: string, context: string, parameters: { [name: string]: string } = {}): Limit | null {
    const fits = (limit: Limit) =>
      (limit.context === context || limit.context === 'any') &&
      limit.validFrom <= on &&
      (limit.validTo === null || on <= limit.validTo) &&
      Object.entries(limit.parameters).every(([key, value]) => parameters[key] === value)
    return this.rowsFor(procedure).find(fits) ?? null
  }

  /** Return the rows that a procedure reads, on whatever day. */
  rowsFor(procedure: string): Limit[] {
    let found = this.serving.get(procedure)
    if (found === undefined) {
      found = this.limits.filter((limit) => serves(limit.procedure, procedure))
      this.serving.set(procedure, found)
    }
    return found
  }
}

/** Tell whether a row with this `procedure` is read by a procedure: by its own, or as a family by all of it. */
export function serves(row: string, procedure: string): boolean {
  return procedure === row || procedure.startsWith(`${row}-`)
}

function limitOf(row: State): Limit {
  return {
    procedure: text(row['procedure']),
    context: text(row['context']),
    parameters: Object.fromEntries(Object.entries(mapping(row['parameters'])).map(([key, value]) => [key, text(value)])),
    value: figure(row['value']),
    unit: text(row['unit']),
    lower: figure(row['lower']),
    floor: figure(row['floor']),
    floorUnit: textOrNull(row['floor_unit']),
    table: isMap(row['table']) ? tableOf(row['table']) : null,
    source: text(row['source']),
    validFrom: text(row['valid_from']),
    validTo: textOrNull(row['valid_to']),
    status: row['status'] === 'confirmed' ? 'confirmed' : 'unconfirmed',
    note: textOrNull(row['note']),
  }
}

function tableOf(raw: State): LimitTable {
  const kind = text(raw['kind'])
  const steps = Array.isArray(raw['steps']) ? raw['steps'] : []
  return {
    kind: kind === 'linear' || kind === 'up_to' ? kind : 'from',
    steps: steps.filter(Array.isArray).map(([bound, value]) => [figure(bound), figure(value) ?? Fraction.ZERO]),
    beyondPercent: figure(raw['beyond_percent']),
    above: figure(raw['above']),
  }
}

function figure(value: unknown): Fraction | null {
  return typeof value === 'string' ? Fraction.from(value) : null
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function mapping(value: unknown): State {
  return isMap(value) ? value : {}
}
