// What an inspector still owes: required items without a result (twin of what sync/paper_results.py prints as missing),
// and photos that were asked for. Conditions are live; nothing here blocks issuing.

import type { Checklist, Item, Section, State } from '../types'
import { type Answers, applies } from './conditions'
import { isFull, own } from './plain'
import { isMap } from '../reading'

/** An item of a section that lacks something for a subject; null = the visit. */
export interface Lack {
  section: string
  item: string
  subject: string | null
}

/** Instruments by id: the state that conditions read as `subject`. */
export type Subjects = ReadonlyMap<string, State>

/**
 * Return the required items without any result, in the checklist's order.
 *
 * A section is asked for each subject that has a result in it, and for those in `begun` (by section key), which the
 * inspector has taken up without answering yet; a section of the visit is always asked.
 */
export function missing(
  checklist: Checklist,
  findings: readonly State[],
  instruments: Subjects,
  begun: { [section: string]: readonly string[] } = {},
): Lack[] {
  const own = standing(checklist, findings)
  return checklist.sections.flatMap((section) => {
    const subjects = subjectsOf(section, own, begun[section.key] ?? [])
    const asked = subjects.map((subject) => ({
      subject,
      state: subject === null ? null : instruments.get(subject),
      answers: answersFor(own, subject),
    }))
    return section.items.flatMap((item) => {
      const lacking = item.required ? asked.filter((each) => lacks(item, each.subject, each.state, each.answers)) : []
      return lacking.map(({ subject }) => ({ section: section.key, item: item.key, subject }))
    })
  })
}

/**
 * Return the results that lack a photo: items that require one wherever they were looked at, and those that want one of what
 * does not conform. No photo ever blocks: cameras may be banned on a site.
 */
export function missingPhotos(checklist: Checklist, findings: readonly State[]): Lack[] {
  const own = standing(checklist, findings)
  return checklist.sections.flatMap((section) =>
    section.items.flatMap((item) =>
      own
        .filter((finding) => finding['item'] === item.key && wantsPhoto(item, finding))
        .map((finding) => ({ section: section.key, item: item.key, subject: subjectOf(finding) })),
    ),
  )
}

/** Return what was answered in one checklist by item: for the visit, and over that for the subject. */
export function answersFor(findings: readonly State[], subject: string | null): Answers {
  const found: Answers = {}
  for (const place of [null, subject]) {
    for (const finding of findings) if (subjectOf(finding) === place) found[String(finding['item'])] = finding
  }
  return found
}

/** Tell whether a finding has anything to print: an answer, values, rows, a note, photos. */
export function hasResult(finding: State): boolean {
  return ['answer', 'values', 'rows', 'note', 'photo_ids'].some((name) => isFull(own(finding, name)))
}

function standing(checklist: Checklist, findings: readonly State[]): State[] {
  return findings.filter((each) => own(each, 'checklist') === checklist.code && !isFull(own(each, 'voided')) && hasResult(each))
}

function subjectsOf(section: Section, findings: State[], begun: readonly string[]): (string | null)[] {
  const keys = new Set<unknown>(section.items.map((item) => item.key))
  const found = new Set([...findings.filter((finding) => keys.has(finding['item'])).map(subjectOf), ...begun])
  if (!found.size && section.per === 'visit') found.add(null)
  return [...found]
}

/** Tell whether an item that applies to a subject has no result there. */
function lacks(item: Item, subject: string | null, state: State | null | undefined, answers: Answers): boolean {
  const found = Object.hasOwn(answers, item.key) ? answers[item.key] : undefined
  if (isMap(found) && subjectOf(found) === subject) return false
  return applies(item, state, answers)
}

function wantsPhoto(item: Item, finding: State): boolean {
  if (isFull(own(finding, 'photo_ids'))) return false
  const answer = own(finding, 'answer')
  if (item.photo === 'required') return answer !== 'not_checked' && answer !== 'not_applicable'
  return item.photo === 'on_nonconforming' && answer === 'nonconforming'
}

function subjectOf(finding: State): string | null {
  const subject = own(finding, 'subject_id')
  return typeof subject === 'string' ? subject : null
}
