// Answers questions of tests/checklists/twins, one JSON line each, with what the tablet would compute.
import { createInterface } from 'node:readline'
import { concludedOn } from '../../src/core/judging/computed.ts'
import { applies } from '../../src/core/judging/conditions.ts'
import { draw, DrawError, fold } from '../../src/core/judging/draw.ts'
import { type Held, judgeInspection } from '../../src/core/judging/inspection.ts'
import { judgeFinding } from '../../src/core/judging/judge.ts'
import { answersFor, missing } from '../../src/core/judging/missing.ts'
import { evaluate } from '../../src/core/judging/procedures/evaluate.ts'
import { ProcedureInputError } from '../../src/core/judging/procedures/readings.ts'
import { queue } from '../../src/core/judging/verification.ts'
import type { Checklist, Item, Json, Rules, State } from '../../src/core/types.ts'

/** What is asked; each call reads its own part. */
interface Question {
  call: string
  name: string
  under: string
  request: unknown
  served: Rules & Checklist
  checklist: string
  inspection: State
  campaign_kind: Json
  findings: Held[]
  instruments: Held[]
  standards: Held[]
  session: State | null
  team: State[]
  verifier: string | null
  rows: State[]
  item: Item
  finding: unknown
  subject: unknown
  answers: { [item: string]: unknown }
  on: string
  context: 'verification' | 'inspection'
  conditions: unknown[]
  units: string[]
  size: number
  seed: string
}

/** Rule sets and checklists by the name under which the asker sent them. */
const RULES = new Map<string, Rules>()
const CHECKLISTS = new Map<string, Checklist>()

function known<T>(served: Map<string, T>, name: string): T {
  const found = served.get(name)
  if (found === undefined) throw new Error(`nobody sent ${name}`)
  return found
}

const CALLS: { [call: string]: (asked: Question) => unknown } = {
  rules: (asked) => RULES.set(asked.name, asked.served).size,
  checklist: (asked) => CHECKLISTS.set(asked.name, asked.served).size,
  evaluate: (asked) => {
    try {
      return evaluate(asked.name, asked.request, known(RULES, asked.under))
    } catch (problem) {
      if (problem instanceof ProcedureInputError) return { field: problem.field, message_vi: problem.messageVi }
      throw problem
    }
  },
  judge: ({ item, finding, subject, answers, under, on, context }) =>
    judgeFinding(item, finding, subject, answers, known(RULES, under), on, context),
  applies: ({ conditions, subject, answers }) => conditions.map((when) => applies({ when }, subject, answers)),
  inspection: wholeInspection,
  conclusion: (asked) => {
    const [checklist, rules] = [known(CHECKLISTS, asked.checklist), known(RULES, asked.under)]
    const input = { ...asked, campaignKind: asked.campaign_kind, checklists: [checklist], rules }
    return concludedOn(checklist, asked.instruments[0]?.id ?? '', input)
  },
  queue: (asked) => [...queue(asked.inspection, asked.rows)],
  draw: ({ units, size, seed }) => {
    try {
      return draw(units, size, seed)
    } catch (problem) {
      if (problem instanceof DrawError) return { problem: problem.message }
      throw problem
    }
  },
  fold: ({ units }) => units.map(fold),
}

function wholeInspection(asked: Question): unknown {
  const checklist = known(CHECKLISTS, asked.checklist)
  const { inspection, findings, instruments, standards } = asked
  const input = { inspection, findings, instruments, standards, campaignKind: asked.campaign_kind,
                  checklists: [checklist], rules: known(RULES, asked.under) }
  const states = findings.map((finding) => finding.state)
  const standing = states.filter((state) => !state['voided'])
  const subjects = new Map(instruments.map((instrument) => [instrument.id, instrument.state]))
  const items = checklist.sections.flatMap((section) => section.items)
  return {
    computed: Object.fromEntries(judgeInspection(input)),
    missing: [...new Set(missing(checklist, states, subjects).map((lack) => lack.item))],
    asked: items.flatMap((item) =>
      [null, ...subjects.keys()].map((id) => applies(item, id && subjects.get(id), answersFor(standing, id)))),
  }
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
