// Metrological procedures: twin of checklists/procedures/__init__.py. The registry; one file per family.

import type { Rules } from '../../types'
import { RuleSet } from '../limits'
import { head } from '../plain'
import * as comparison from './comparison'
import * as electricity from './electricity'
import * as fuel from './fuel'
import * as gold from './gold'
import * as medical from './medical'
import * as nawi from './nawi'
import * as orphanSource from './orphan_source'
import * as prepackage from './prepackage'
import * as produce from './produce'
import * as radiation from './radiation'
import { parse, type Procedure, ProcedureInputError, type Result } from './readings'
import * as retail from './retail'
import * as taximeter from './taximeter'
import * as validity from './validity'

// The order of the Python registry: a complaint about an unknown name lists them.
const FAMILIES = [
  fuel, nawi, taximeter, gold, radiation, electricity, medical, comparison, retail, prepackage, validity, orphanSource, produce,
]
const REGISTRY = new Map(FAMILIES.flatMap((family) => family.PROCEDURES).map((procedure) => [procedure.name, procedure]))

/** Return the names of all procedures, in the order of the registry. */
export function names(): string[] {
  return [...REGISTRY.keys()]
}

/**
 * Return `{rows, limit, verdict, explanation}` of a request `{date, context, parameters, rows, limit}`.
 *
 * Only a confirmed limit of the rule set, or the one given in the request, may pass or fail; anything else is inconclusive
 * with the numbers shown. Refuses bad input with ProcedureInputError, nothing else.
 */
export function evaluate(name: string, request: unknown, rules: Rules): Result {
  const procedure = procedureOf(name)
  return procedure.run(parse(request, RuleSet.of(rules), procedure))
}

function procedureOf(name: string): Procedure {
  const found = REGISTRY.get(name)
  if (found === undefined) {
    throw new ProcedureInputError('name', `không có phương pháp ${head(name, 40)}; đang có: ${names().join(', ')}`)
  }
  return found
}
