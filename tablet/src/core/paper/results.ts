// The results part of minutes: checklists by section and subject, photos, what does not conform: twin of sync/paper_results.py.
import { applies } from '../judging/conditions'
import { strip } from '../judging/plain'
import { isMap } from '../reading'
import type { Json, State } from '../types'
import { answersFor, type Context } from './context.ts'
import { local } from './days.ts'
import { get, list, mapping, mappings, sortedBy, truthy, unique, type Doc } from './shape.ts'
import { table, titleOf, values } from './tables.ts'
import { ANSWERS, itemKey, LIMIT_STATUSES, shortDay, text, twoDigits, VERDICTS, word } from './words.ts'

/** How many days before its end a certificate's validity is told (checklists/procedures/validity.py). */
const WARNED_BEFORE = 60

/** Compose one checklist: sections, in each the subjects with results, and required items without any. */
export function checklistBlock(definition: Doc, findings: Doc[], context: Context): State {
  const sections: State[] = []
  const missing: State[] = []
  for (const section of mappings(definition.sections)) {
    const items = new Map(mappings(section.items).map((item) => [get(item, 'key'), item]))
    const here = findings.filter((f) => items.has(get(f, 'item')))
    const subjectIds = unique(here.map((f) => get(f, 'subject_id')))
    const subjects = subjectIds.map((id) => subjectBlock(section, items, here, id, context))
    if (subjects.length) sections.push({ key: get(section, 'key'), title: titleOf(section), subjects })
    if (!subjectIds.length && (section.per ?? 'visit') !== 'visit') continue
    for (const [key, item] of items) {
      const asked: Json[] = subjectIds.length ? subjectIds : [null]
      if (truthy(item.required) && asked.some((subject) => lacks(item, subject, findings, context))) {
        missing.push({ key, text: titleOf(item, 'text') })
      }
    }
  }
  const { code = null, version = null, sha256 } = definition
  return { code, version, sha256: text(sha256), title: titleOf(definition), sections, missing }
}

function subjectBlock(section: Doc, items: ReadonlyMap<Json, Doc>, here: Doc[], id: Json, context: Context): State {
  const number = id === null ? null : context.number(id)
  const name = context.name(id, text(section.per ?? 'visit'))
  const ordered = sortedBy(here, (f) => [ordinalOf(f)]).filter((f) => get(f, 'subject_id') === id)
  const found = [...items].flatMap(([key, item]) =>
    ordered.filter((f) => get(f, 'item') === key).map((f) => itemBlock(item, f, context)),
  )
  return { number, name, items: found }
}

/** Tell whether an item that applies to a subject has no result there. */
function lacks(item: Doc, subject: Json, findings: Doc[], context: Context): boolean {
  const answers = answersFor(findings, subject)
  const own = answers[text(item.key)]
  if (own && get(own, 'subject_id') === subject) return false
  return applies({ when: get(item, 'when') }, subject === null ? null : context.instrument(subject), answers)
}

/** Return the findings that these checklists print: known items with any result. */
export function printed(findings: Doc[], definitions: Doc[]): Doc[] {
  const known = new Set(
    definitions.flatMap((each) =>
      mappings(each.sections).flatMap((section) =>
        mappings(section.items).map((item) => itemKey(each.code, item.key)),
      ),
    ),
  )
  return findings.filter((f) => known.has(itemKey(f.checklist, f.item)) && hasResult(f))
}

/** Tell whether a finding says anything that is printed. */
export function hasResult(finding: Doc): boolean {
  return ['answer', 'values', 'rows', 'note', 'photo_ids'].some((name) => truthy(finding[name]))
}

export function ordinalOf(finding: Doc): number {
  return truthy(finding.ordinal) ? Number(finding.ordinal) : 0
}

/** Compose one result: answer and verdict in words, values, table, note, limit with its source, photo numbers. */
export function itemBlock(item: Doc, finding: Doc, context: Context): State {
  const computed = mapping(finding.computed)
  const [answer, verdict] = [get(finding, 'answer'), get(computed, 'verdict')]
  const isBad = answer === 'nonconforming' || verdict === 'fail'
  return {
    key: get(item, 'key'),
    ordinal: ordinalOf(finding),
    text: titleOf(item, 'text'),
    answer,
    word: word(ANSWERS, text(answer), ''),
    verdict,
    verdict_word: word(VERDICTS, text(verdict), ''),
    explanation: goesWithoutSaying(item, computed) ? '' : text(computed.explanation),
    limit: limitOf(computed.limit),
    values: values(item, finding, context),
    table: table(item, finding, computed, context),
    note: text(finding.note),
    photos: context.photos(finding.photo_ids),
    legal_basis: isBad ? basisWithout(list(item.legal_basis).map(text), context.known.uncitable) : [],
  }
}

/** Tell whether a certificate is valid for long: the day that is printed says it, twenty meters long. */
function goesWithoutSaying(item: Doc, computed: Doc): boolean {
  if (mapping(item.procedure).name !== 'validity' || computed.verdict !== 'pass') return false
  return list(computed.errors).every((days) => Number(days) > WARNED_BEFORE)
}

function limitOf(limit: Json | undefined): State | null {
  if (!isMap(limit) || get(limit, 'value') === null) return null
  const status = text(limit.status)
  return {
    value: text(limit.value), unit: text(limit.unit), source: text(limit.source), status,
    status_word: word(LIMIT_STATUSES, status),
  }
}

/** Return the citations that cite none of these documents, named by number (checklists/catalog.py). */
export function basisWithout(entries: string[], uncitable: readonly string[]): string[] {
  // The document cited stands before the first comma or article; what amends it is named after.
  return entries.filter((entry) => {
    const cited = entry.split(/, | Điều /, 1)[0] ?? ''
    return !uncitable.some((number) => cited.includes(number))
  })
}

/** List the evidence photos in the order of their numbers, with what they show. */
export function photoList(photos: Doc[], findings: Doc[], context: Context): State[] {
  const shown = new Map<Json, string>()
  for (const finding of findings) {
    const subject = context.name(get(finding, 'subject_id'), '')
    for (const id of list(finding.photo_ids)) {
      if (!shown.has(id)) shown.set(id, strip(`${text(finding.item)} ${subject}`))
    }
  }
  const numberOf = (photo: Doc) => context.known.photoNumbers.get(get(photo, 'id')) ?? 0
  return sortedBy(photos, (photo) => [numberOf(photo)]).map((photo) => ({
    number: numberOf(photo),
    sha256: text(photo.sha256),
    about: shown.get(get(photo, 'id')) ?? '',
    taken_at: taken(photo),
  }))
}

function taken(photo: Doc): string {
  const at = local(photo.taken_at)
  return at ? `${twoDigits(at.hour)}:${twoDigits(at.minute)} ${shortDay(at.day)}` : ''
}

/** List what does not conform, once for each item with all its subjects, and the articles that apply. */
export function nonconformities(checklists: State[], context: Context): State[] {
  const found = new Map<string, { entry: State; subjects: string[] }>()
  for (const { checklist, subject, item } of itemsOf(checklists)) {
    if (item.answer !== 'nonconforming') continue
    const key = itemKey(checklist.code, item.key)
    const before = found.get(key)
    const subjects = before?.subjects ?? []
    const entry = before?.entry ?? { key: get(item, 'key'), text: get(item, 'text'), subjects, legal_basis: get(item, 'legal_basis') }
    const named = context.known.articles.get(key)
    // Papers signed before there were such rows have none.
    if (named?.length) entry.penalties = named
    const name = text(subject.name)
    if (name && !subjects.includes(name)) subjects.push(name)
    found.set(key, { entry, subjects })
  }
  return [...found.values()].map(({ entry }) => entry)
}

/** Count the answers and the measurements without a verdict. */
export function counts(checklists: State[]): State {
  const items = itemsOf(checklists).map(({ item }) => item)
  const totals = Object.keys(ANSWERS).map((answer): [string, number] => [answer, items.filter((i) => i.answer === answer).length])
  return { ...Object.fromEntries(totals), inconclusive: items.filter((item) => item.verdict === 'inconclusive').length }
}

function itemsOf(checklists: State[]): { checklist: State; subject: State; item: State }[] {
  return checklists.flatMap((checklist) =>
    mappings(checklist.sections).flatMap((section) =>
      mappings(section.subjects).flatMap((subject) => mappings(subject.items).map((item) => ({ checklist, subject, item }))),
    ),
  )
}
