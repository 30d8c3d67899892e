// Proposals for what the team concludes and asks of the site, worded from what was found: a person reads, changes, decides.
// No deadline is ever proposed: no rule that was read sets one. `due_on` is the day that a person chose, if any.
import { inspectedOn } from '../judging/inspection'
import type { Checklist, Item, Rules, Section, State } from '../types'
import { Context } from './context.ts'
import { uncitable } from './law.ts'
import { basisWithout, hasResult } from './results.ts'
import { get, truthy, unique, type Doc } from './shape.ts'
import { ACTS, text, twoDigits, word } from './words.ts'

/** What a proposal is worded from: states with their `id`, findings with this tablet's verdicts. */
export interface Found {
  inspection: { state: State }
  campaign: Doc
  instruments: Doc[]
  findings: Doc[]
  checklists: readonly Checklist[]
  rules: Pick<Rules, 'law'> | null
}

/** The fields of a requirement that can be proposed. */
export type RequirementDraft = { text: string; article: string | null; due_on: string | null; finding_ids: string[] }

/** One item of a checklist with the findings that answer it in one way, and the subjects that they are about. */
interface Group {
  item: Item
  findings: Doc[]
  subjects: string[]
}

/** Word the conclusion, one paragraph; '' where nothing was answered yet. */
export function draftConclusion(of: Found): string {
  const bad = groups(of, isBad)
  const open = groups(of, (f) => !isBad(f) && verdictOf(f) === 'inconclusive')
  const good = groups(of, (f) => !isBad(f) && verdictOf(f) !== 'inconclusive' && isGood(f))
  const skipped = groups(of, (f) => !isBad(f) && f.answer === 'not_checked')
  if (!bad.length && !open.length && !good.length) return ''
  const act = word(ACTS, text(of.campaign.kind), 'kiểm tra')
  const said = []
  if (bad.length) said.push(`Tại thời điểm ${act}, cơ sở có ${twoDigits(bad.length)} nội dung không đạt yêu cầu: ${numbered(bad)}.`)
  if (open.length) said.push(`Có ${twoDigits(open.length)} nội dung chưa kết luận được: ${numbered(open)}.`)
  if (good.length) {
    said.push(said.length ? 'Các nội dung còn lại đã kiểm tra đạt yêu cầu.' : `Tại thời điểm ${act}, các nội dung đã kiểm tra đều đạt yêu cầu.`)
  }
  if (skipped.length) said.push(`Có ${twoDigits(skipped.length)} nội dung không kiểm tra, như đã ghi tại từng mục.`)
  return said.join(' ')
}

/** Word one requirement for each item that does not conform, citing what its checklist cites and may be cited that day. */
export function draftRequirements(of: Found, dueOn: string | null = null): RequirementDraft[] {
  const on = inspectedOn(of.inspection.state)
  const barred = of.rules && on ? uncitable(of.rules.law, on) : []
  return groups(of, isBad).map(({ item, findings, subjects }) => ({
    text: `Khắc phục nội dung không đạt tại mục ${item.key}: ${named(item, subjects)}`,
    article: basisWithout(item.legal_basis, barred).join('; ') || null,
    due_on: dueOn,
    finding_ids: findings.map((finding) => text(finding.id)),
  }))
}

/** Gather findings by item, in the order of the checklists; those that were voided stay out. */
function groups(of: Found, wanted: (finding: Doc) => boolean): Group[] {
  const instruments = new Map(of.instruments.map((doc) => [get(doc, 'id'), doc]))
  const context = new Context({ instruments, photoNumbers: new Map(), uncitable: [], articles: new Map(), findings: [] })
  return of.checklists.flatMap((checklist) =>
    checklist.sections.flatMap((section) => section.items.flatMap((item) => group(of, checklist, section, item, context, wanted))),
  )
}

function group(
  of: Found, checklist: Checklist, section: Section, item: Item, context: Context, wanted: (finding: Doc) => boolean,
): Group[] {
  const ofItem = (f: Doc) => f.checklist === checklist.code && f.item === item.key && !truthy(f.voided) && hasResult(f)
  const findings = of.findings.filter((f) => ofItem(f) && wanted(f))
  const subjects = unique(findings.map((f) => context.name(get(f, 'subject_id'), section.per)).filter(Boolean))
  return findings.length ? [{ item, findings, subjects }] : []
}

function verdictOf(finding: Doc): string {
  const computed = get(finding, 'computed')
  return text(get(computed, 'verdict'))
}

function isBad(finding: Doc): boolean {
  return finding.answer === 'nonconforming' || verdictOf(finding) === 'fail'
}

function isGood(finding: Doc): boolean {
  return finding.answer === 'conforming' || verdictOf(finding) === 'pass'
}

function numbered(found: Group[]): string {
  return found.map(({ item, subjects }, index) => `(${index + 1}) ${named(item, subjects)} (mục ${item.key})`).join('; ')
}

function named(item: Item, subjects: string[]): string {
  const said = text(item.text.vi).replace(/[ .;:]+$/, '')
  return subjects.length ? `${said} – ${subjects.join(', ')}` : said
}
