// The conclusion on an instrument of a mobile verification (KD11, decision 0022 "Who may conclude"): twin of
// checklists/conclusion.py.

import { isMap } from '../reading'
import type { Checklist, Item, Json, State, Verdict } from '../types'
import { type Answers, applies, isAnswered } from './conditions'
import { byCodePoints, isFull, own } from './plain'
import { WORDS } from './procedures/verdicts'
import { dayWords, fault, isWritten, kindsFor, kindsInWords } from './standards'
import { ADJUSTED, CONCLUSION } from './verification'

const [PROCEDURE, STANDARDS_USED, AMBIENT] = ['KD04', 'KD05', 'KD06']
const AS_FOUND = 'measurement'
const AFTER = 'adjusted'
const TESTS: readonly string[] = ['verification', AS_FOUND, AFTER]

/** One instrument of a slip with all that its conclusion rests on. */
export interface Case {
  checklist: Checklist
  instrumentId: string
  instrument: State | null
  /** Lists the standards used, those of its session too, and the reasons for those past their calibration. */
  inspection: State
  /** Those of the inspection, with their `computed`. */
  findings: readonly State[]
  session: State | null
  team: readonly State[]
  /** With `id`. */
  standards: readonly State[]
  /** The user who concludes; null = any of the session's. */
  verifier: string | null
  /** The day of the verification. */
  on: string
}

/** The verdict and why, in the words that the paper prints; a pass needs none. */
export interface Conclusion {
  verdict: Verdict
  reasons: string[]
}

/** A test that is asked of the instrument, and what was found. */
interface Step {
  item: Item
  finding: State
  name: string
  verdict: string | null
  /** What the procedure says, without the verdict that stands before it. */
  explanation: string
  answer: string | null
}

/**
 * Return the conclusion on an instrument, null while nothing of it was tested.
 *
 * Fail at the first failed step; where it was adjusted, the readings after that count. Inconclusive where the verifier has
 * no authorisation, a standard had run out without a written reason or none is listed, the ambient conditions were not read,
 * a required test is missing or has no verdict (an unconfirmed limit); else pass.
 */
export function conclude(of: Case): Conclusion | null {
  const answers = answersIn(of)
  const steps = stepsOf(of, answers)
  if (!steps.some((step) => isAnswered(step.finding))) return null
  const failed = steps.find((step) => step.answer === 'nonconforming' || step.verdict === 'fail')
  if (failed) {
    const why = failed.verdict === 'fail' && failed.explanation ? `: ${failed.explanation}` : ''
    return { verdict: 'fail', reasons: [`không đạt ở bước ${failed.name}${why}`] }
  }
  const { blocking, unlisted } = standardsOf(of, steps, answers)
  const reasons = [...authority(of, answers), ...blocking, ...unlisted, ...ambient(of, answers)]
  reasons.push(...steps.flatMap((step) => open(step, blocking)))
  if (!steps.some((step) => step.verdict === 'pass')) reasons.push('chưa có phép đo nào được kết luận đạt')
  return { verdict: reasons.length ? 'inconclusive' : 'pass', reasons }
}

/** Return what the checklist was answered, by item: for the visit, and over that for the instrument. */
function answersIn(of: Case): Answers {
  const ours = of.findings.filter((f) => own(f, 'checklist') === of.checklist.code && !isFull(own(f, 'voided')))
  const found: Answers = {}
  for (const place of [null, of.instrumentId]) {
    for (const f of ours) if ((own(f, 'subject_id') ?? null) === place) found[String(own(f, 'item'))] = f
  }
  return found
}

/** Return the tests that count, in their order: those asked of this instrument, before or after its adjustment. */
function stepsOf(of: Case, answers: Answers): Step[] {
  const sections = of.checklist.sections
  const isRepeated = text(answers[ADJUSTED], 'answer') === 'conforming' && sections.some((section) => section.key === AFTER)
  const skipped = isRepeated ? AS_FOUND : AFTER
  const asked = sections.filter((section) => TESTS.includes(section.key) && section.key !== skipped)
  return asked.flatMap((section) =>
    section.items
      .filter((item) => item.key !== ADJUSTED && item.key !== CONCLUSION && applies(item, of.instrument, answers))
      .map((item) => stepOf(item, answers[item.key])),
  )
}

function stepOf(item: Item, answered: unknown): Step {
  const finding = isMap(answered) ? answered : {}
  const computed = own(finding, 'computed')
  const said = text(computed, 'explanation') ?? ''
  const start = Object.values(WORDS).map((word) => `${word}: `).find((each) => said.startsWith(each)) ?? ''
  return {
    item, finding, name: `${item.text.vi} (${item.key})`, verdict: text(computed, 'verdict'), explanation: said.slice(start.length),
    answer: text(finding, 'answer'),
  }
}

/** Say what a test leaves open: no result, not carried out, no verdict. What its standards lack is said already. */
function open(step: Step, blocking: string[]): string[] {
  const { item, name, answer, verdict, explanation } = step
  if (!isAnswered(step.finding)) return item.required ? [`chưa có kết quả mục ${name}`] : []
  if (answer === 'not_checked') return [`không kiểm tra mục ${name}`]
  if (item.procedure === null || answer === 'not_applicable') return []
  if (verdict === null) return [`chưa tính được kết quả mục ${name}`]
  if (verdict !== 'inconclusive' || blocking.some((why) => explanation.includes(why))) return []
  return [`mục ${name}: ${explanation || WORDS.inconclusive}`]
}

/** Say why nobody who verifies may verify by the procedure of KD04; nothing where one of them may. */
function authority(of: Case, answers: Answers): string[] {
  const code = text(own(answers[PROCEDURE], 'values'), 'procedure')
  if (code === null) return [`chưa ghi ĐLVN áp dụng (${PROCEDURE})`]
  const asked: readonly Json[] = of.verifier !== null ? [of.verifier] : list(of.session, 'verifiers')
  const members = of.team.filter((member) => {
    const id = own(member, 'user_id') ?? null
    return id !== null && asked.includes(id)
  })
  if (!members.length) return ['kiểm định viên không có trong thành phần đoàn']
  const lacking = members.map((member) => lacks(member, code, titled(of, code), of.on))
  return lacking.includes(null) ? [] : lacking.filter((why) => why !== null)
}

/** Say why a member may not verify by a procedure on a day, null where there is nothing against it. */
function lacks(member: State, code: string, title: string, on: string): string | null {
  const name = text(member, 'name') ?? 'kiểm định viên'
  if (!list(member, 'procedures').includes(code)) return `${name} không có thẩm quyền với ${title}`
  const until = text(own(member, 'certificate'), 'valid_to')
  if (until === null) return `${name} chưa có thẻ, chứng chỉ kiểm định viên ghi hạn`
  return byCodePoints(until, on) < 0 ? `thẻ, chứng chỉ của ${name} hết hạn ngày ${dayWords(until)}` : null
}

/** Return what a choice of KD04 is called. */
function titled(of: Case, code: string): string {
  const item = of.checklist.sections.flatMap((section) => section.items).find((each) => each.key === PROCEDURE)
  const choices = item?.fields.filter((field) => field.key === 'procedure').flatMap((field) => field.choices ?? [])
  return choices?.find((choice) => choice.key === code)?.title.vi ?? `ĐLVN ${code}`
}

/** Return what is wrong with the standards that the tests measure with, and which kinds nobody listed. */
function standardsOf(of: Case, steps: Step[], answers: Answers): { blocking: string[]; unlisted: string[] } {
  const measured = steps.filter((step) => step.verdict !== null).flatMap((step) => step.item.procedure?.name ?? [])
  const needs = [...new Set(measured)].map(kindsFor).filter((kinds) => kinds.length)
  const ids = new Set(list(of.inspection, 'standards'))
  const used = [...ids].map((id) => of.standards.find((standard) => own(standard, 'id') === id)).filter((each) => each !== undefined)
  const said = own(of.inspection, 'standard_overrides')
  const isOf = (standard: State, kinds: readonly string[]) => kinds.includes(String(own(standard, 'kind')))
  const unexcused = used.filter((each) => !isWritten(own(said, String(own(each, 'id')))) && needs.some((kinds) => isOf(each, kinds)))
  const blocking = unexcused.flatMap((standard) => fault(standard, [of.on]) ?? [])
  const isWrittenDown = text(own(answers[STANDARDS_USED], 'computed'), 'verdict') === 'pass'
  const lacking = isWrittenDown ? [] : needs.filter((kinds) => !used.some((standard) => isOf(standard, kinds)))
  return { blocking, unlisted: [...new Set(lacking.map((kinds) => `chưa ghi chuẩn đo lường đã dùng (${kindsInWords(kinds)})`))] }
}

/** Say that nobody read temperature and humidity, neither for the session nor for the slip. */
function ambient(of: Case, answers: Answers): string[] {
  const rows: unknown[] = [...list(of.session, 'environment'), own(answers[AMBIENT], 'values')]
  const isRead = rows.some((row) => text(row, 'temperature') !== null && text(row, 'humidity') !== null)
  return isRead ? [] : ['chưa đọc nhiệt độ, độ ẩm môi trường']
}

function text(value: unknown, name: string): string | null {
  const found = own(value, name)
  return typeof found === 'string' && found !== '' ? found : null
}

function list(value: unknown, name: string): Json[] {
  const found = own(value, name)
  return Array.isArray(found) ? found : []
}
