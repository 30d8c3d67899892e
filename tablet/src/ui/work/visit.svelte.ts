// One inspection with all that its screens need, followed live: what a colleague recorded appears as it is pulled.
import { inOrder, paperOf, STANDING } from '../../core/closing/case.ts'
import { applies, isAnswered } from '../../core/judging/conditions.ts'
import { answersAt, contextOf, inspectedOn, type Answered } from '../../core/judging/inspection.ts'
import type { Context } from '../../core/judging/limits.ts'
import { all, childrenOf, get } from '../../core/store/documents.ts'
import { statusWith } from '../../core/closing/forms.ts'
import { suspensionsOf } from '../../core/suspended.ts'
import type { Session } from '../../core/store/session.ts'
import { checklist as fetchChecklist, rules as fetchRules } from '../../core/sync/catalog.ts'
import type { Checklist, ChecklistRef, Document, Item, Rules, Section, State } from '../../core/types.ts'
import { t } from '../../i18n/index.ts'
import { live } from '../parts/live.svelte.ts'
import { map, maps } from '../../core/reading.ts'
import { isVoid, pinOf, text } from './reading.ts'
import { instrumentName } from './words.ts'

/** What a section is answered for: the visit itself (`id` null), or one instrument, sample or vehicle. */
export interface Subject { id: string | null; name: string; state: State | null }
/** A section for one subject: what is on the screen at a time. */
export interface Part { key: string; checklist: Checklist; section: Section; subject: Subject }
export interface Progress { done: number; total: number; missing: Item[] }

export class Visit {
  readonly session: Session
  readonly id: string
  #definitions = $state.raw<Checklist[]>([])
  #rules = $state.raw<Rules>()
  readonly #inspection
  readonly #lists
  readonly #around

  inspection = $derived.by((): Document | undefined => this.#inspection.value ?? undefined)
  isLoaded = $derived.by(() => this.#inspection.value !== undefined && this.#lists.every((each) => each.value !== undefined))
  findings = $derived.by(() => (this.#lists[0].value ?? []).filter((each) => !isVoid(each)))
  photos = $derived.by(() => this.#lists[1].value ?? [])
  samples = $derived.by(() => (this.#lists[2].value ?? []).filter((each) => !isVoid(each)))
  minutes = $derived.by(() => this.#lists[3].value ?? [])
  campaign = $derived.by(() => this.#around.campaign.value)
  site = $derived.by(() => this.#around.site.value)
  instruments = $derived.by(() => (this.#around.instruments.value ?? []).filter((each) => each.state.establishment_id === this.site?.id && !isVoid(each)))
  standards = $derived.by(() => this.#around.standards.value ?? [])
  /** What stands against using instruments of the site, by instrument, whichever campaign it comes from. */
  suspended = $derived.by(() => this.#around.suspended.value ?? new Map())
  pins = $derived.by(() => maps(this.inspection?.state.checklists).map(pinOf))
  checklists = $derived.by(() => this.pins.flatMap((pin) => this.#definitions.find((each) => each.code === pin.code && each.version === pin.version) ?? []))
  parts = $derived.by(() => this.checklists.flatMap((each) => each.sections.flatMap((section) => this.#subjects(section).map((subject) => partOf(each, section, subject)))))
  /** Findings by id: an item looks its own up here. */
  byId = $derived.by(() => new Map(this.findings.map((each) => [each.id, each])))
  progress = $derived.by(() => new Map(this.parts.map((part) => [part.key, this.#progressOf(part)])))
  /** What is sent back, with the supervisor's remark, by finding. */
  reopened = $derived.by(() => reopenedOf(this.inspection?.state))
  /** The day whose law and limits apply: the first visit, else the planned day. */
  on = $derived.by(() => inspectedOn(this.inspection?.state ?? {}))
  context = $derived.by((): Context => contextOf(this.campaign?.state.kind))
  /** What was issued, also what the server has not seen: the tablet keeps to its own papers. */
  papers = $derived.by(() => inOrder(this.minutes.map(paperOf)).filter((each) => STANDING.has(each.status)))
  /** The state with the papers laid over it: one that is signed ends the inspection, sent or not. */
  status = $derived.by(() => statusWith(text(this.inspection?.state.status), this.papers))
  frozen = $derived.by(() => new Set(this.papers.flatMap((each) => each.freezes)))

  constructor(session: Session, id: string) {
    this.session = session
    this.id = id
    const children = (kind: 'finding' | 'photo' | 'sample' | 'minutes') => live(() => () => childrenOf(session, id, kind))
    this.#inspection = live(() => async () => (await get(session, 'inspection', id)) ?? null)
    this.#lists = [children('finding'), children('photo'), children('sample'), children('minutes')] as const
    const named = (field: string) => text(this.#inspection.value?.state[field])
    const campaignId = $derived(named('campaign_id'))
    const siteId = $derived(named('establishment_id'))
    this.#around = {
      campaign: live(() => { const own = campaignId; return () => get(session, 'campaign', own) }),
      site: live(() => { const own = siteId; return () => get(session, 'establishment', own) }),
      instruments: live(() => { const own = siteId; return () => childrenOf(session, own, 'instrument') }),
      standards: live(() => () => all(session, 'measurement_standard')),
      suspended: live(() => { const own = siteId; return async () => suspensionsOf(session, await childrenOf(session, own, 'instrument')) }),
    }
    const wanted = $derived(this.pins.map((pin) => `${pin.code}@${pin.version}@${pin.sha256}`).join(' '))
    $effect(() => { if (wanted !== '') void this.#load() })
  }

  get rules(): Rules | undefined { return this.#rules }

  /** Findings of a checklist that a subject's items see. */
  answers(code: string, subject: string | null): Answered {
    return answersAt({ checklist: code, subject, ordinal: 0 }, this.findings)
  }

  /** Whether what belongs to a finding may still be changed by the team. */
  isOpen(finding: string): boolean {
    if (this.status === 'returned') return this.reopened.has(finding)
    return this.status === 'in_progress' && !this.frozen.has(finding)
  }

  applicable(part: Part, answers = this.answers(part.checklist.code, part.subject.id)): Item[] {
    return part.section.items.filter((item) => applies(item, part.subject.state, answers))
  }

  ref(code: string): ChecklistRef {
    return this.pins.find((pin) => pin.code === code) ?? { code, version: 0, sha256: '' }
  }

  async #load(): Promise<void> {
    const found = await Promise.allSettled(this.pins.map((pin) => fetchChecklist(pin)))
    this.#definitions = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
    const version = text(map(this.inspection?.state.rules).version)
    if (version !== '') this.#rules = await fetchRules(version).catch(() => undefined)
  }

  #progressOf(part: Part): Progress {
    const answers = this.answers(part.checklist.code, part.subject.id)
    const items = this.applicable(part, answers)
    const isDone = (item: Item) => isRecorded(answers[item.key], part.subject.id)
    const done = items.filter(isDone).length
    return { done, total: items.length, missing: items.filter((item) => item.required && !isDone(item)) }
  }

  #subjects(section: Section): Subject[] {
    if (section.per === 'visit') return [{ id: null, name: '', state: null }]
    if (section.per === 'sample') return this.samples.map((each) => ({ id: each.id, name: sampleName(each.state), state: null }))
    const types = section.instrument_types ?? []
    return this.instruments
      .filter((each) => types.includes(text(each.state.type)))
      .map((each) => ({ id: each.id, name: instrumentName(each.state), state: each.state }))
      .sort((a, b) => a.name.localeCompare(b.name, 'vi', { numeric: true }))
  }
}

/** Whether an item has a result of its own for a subject: what the visit answered does not count for an instrument. */
export function isRecorded(finding: State | undefined, subject: string | null): boolean {
  if (finding === undefined || (finding.subject_id ?? null) !== subject) return false
  return isAnswered(finding) || (Array.isArray(finding.photo_ids) && finding.photo_ids.length > 0)
}

export function sampleName(sample: State): string {
  return [text(sample.code), text(sample.product)].filter(Boolean).join(' – ') || t('work.sample.unnamed')
}

function partOf(checklist: Checklist, section: Section, subject: Subject): Part {
  return { key: [checklist.code, section.key, subject.id ?? '-'].join('/'), checklist, section, subject }
}

function reopenedOf(inspection: State | undefined): Map<string, string> {
  if (inspection?.status !== 'returned') return new Map()
  return new Map(maps(map(inspection.review).items).map((each) => [text(each.finding_id), text(each.remark)]))
}
