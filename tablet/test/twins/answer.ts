// Answers questions of tests/checklists/twins, one JSON line each, with what the tablet would compute.
import { createInterface } from 'node:readline'
import { evaluate } from '../../src/core/judging/procedures/evaluate.ts'
import { ProcedureInputError } from '../../src/core/judging/procedures/readings.ts'
import type { Rules } from '../../src/core/types.ts'

/** What is asked; each call reads its own part. */
interface Question {
  call: string
  name: string
  under: string
  request: unknown
  served: Rules
}

/** Rule sets by the name under which the asker sent them. */
const known = new Map<string, Rules>()

function rules(name: string): Rules {
  const found = known.get(name)
  if (found === undefined) throw new Error(`no rules ${name}`)
  return found
}

const CALLS: { [call: string]: (asked: Question) => unknown } = {
  rules: (asked) => known.set(asked.name, asked.served).size,
  evaluate: (asked) => {
    try {
      return evaluate(asked.name, asked.request, rules(asked.under))
    } catch (problem) {
      if (problem instanceof ProcedureInputError) return { field: problem.field, message_vi: problem.messageVi }
      throw problem
    }
  },
}

function answer(line: string): unknown {
  try {
    const asked: Question = JSON.parse(line)
    return CALLS[asked.call]?.(asked)
  } catch (problem) {
    return { thrown: problem instanceof Error ? problem.stack : String(problem) }
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(JSON.stringify(answer(line)) + '\n')
}
