// What the working screens record: answers, the start of a visit, photos of an item. Each is one transaction.
import { capture } from '../../core/photos/capture.ts'
import { position } from '../../core/photos/position.ts'
import { answerId } from '../../core/outbox/ids.ts'
import { answer, create, patch, transaction, voided } from '../../core/outbox/record.ts'
import { get } from '../../core/store/documents.ts'
import type { Session } from '../../core/store/session.ts'
import type { Answer, Checklist, ChecklistRef, Document, Item, State } from '../../core/types.ts'
import { instant } from '../../core/days.ts'
import type { Change } from './draft.svelte.ts'
import { filled, map, maps, text, texts } from '../../core/reading.ts'
import { pinOf } from './reading.ts'

/** Which answer is meant. */
export interface Place { inspection: string; checklist: ChecklistRef; item: string; subject: string | null }

export function findingId(place: Place): string {
  return answerId(place.inspection, place.checklist.code, place.item, place.subject, 0)
}

/** Write what was changed of an answer over what the tablet holds at that moment. */
export function record(s: Session, place: Place, change: (present: State) => Change): Promise<unknown> {
  return transaction(s, async () => {
    const present = await get(s, 'finding', findingId(place))
    return answer(s, { ...place, ordinal: 0, ...change(present?.state ?? {}) })
  })
}

/** Give several items one answer, all or none of them. */
export function answerAll(s: Session, inspection: string, checklist: ChecklistRef, subject: string | null, items: readonly Item[], given: Answer | null): Promise<void> {
  return transaction(s, async () => {
    for (const item of items) await answer(s, { inspection, checklist, item: item.key, subject, ordinal: 0, set: { answer: given } })
  })
}

/**
 * Begin, or come again on another day: the visit with its time and place; a plan becomes an inspection under way. What the
 * decision says needs no typing: the item that asks for it is filled in where nobody has answered it yet.
 */
export async function arrive(s: Session, inspection: Document): Promise<void> {
  const started_at = instant()
  const place = await position(5_000)
  const visits = [...maps(inspection.state.visits), { started_at, position: place }]
  const decided = decidedIn(await get(s, 'campaign', text(inspection.state.campaign_id)))
  const pin = maps(inspection.state.checklists).map(pinOf).find((each) => each.code === DECISION.checklist)
  const asked = pin && { inspection: inspection.id, checklist: pin, item: DECISION.item, subject: null }
  await transaction(s, async () => {
    await patch(s, 'inspection', inspection.id, inspection.state.status === 'planned' ? { status: 'in_progress', visits } : { visits })
    if (asked && decided && (await get(s, 'finding', findingId(asked))) === undefined) await answer(s, { ...asked, ordinal: 0, set: { values: decided } })
  })
}

/** The item of the general checklist that asks for the decision; what it asks is fixed, as published checklists never change. */
const DECISION = { checklist: 'general', item: 'GE01' }

/** What the decision of a campaign answers to that item; null where the office has entered none. */
export function decidedIn(campaign: Document | undefined): State | null {
  const { number, date, scope, duration_days: days } = map(campaign?.state.decision)
  if (!filled(number)) return null
  const told = { number: text(number), issued_on: text(date), scope: text(scope), term: typeof days === 'number' ? `${days} ngày` : '' }
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== ''))
}

/** End the day's visit: the last one that nobody has ended. */
export async function leave(s: Session, inspection: Document): Promise<void> {
  const visits = maps(inspection.state.visits), last = visits.length - 1
  const ended_at = instant()
  await patch(s, 'inspection', inspection.id, { visits: visits.map((each, n) => (n === last ? { ...each, ended_at } : each)) })
}

/** Plan an inspection in the field: a site that the campaign did not list, or one to be seen again. */
export async function plan(s: Session, campaign: Document, site: string, checklists: readonly Checklist[], rules: State, on: string): Promise<string> {
  const pins = checklists.map(({ code, version, sha256 }) => ({ code, version, sha256 }))
  return create(s, 'inspection', {
    scope: campaign.scope, parent: campaign.id,
    set: {
      campaign_id: campaign.id, establishment_id: site, checklists: pins, rules, planned_on: on, status: 'planned', lead_user_id: s.user.id,
      visits: [], standards: [], decision_announced_at: null, follows: null, conclusion: null, establishment_statement: null,
    },
  })
}

/** Keep a photo of an item. */
export async function photograph(s: Session, place: Place, file: Blob): Promise<string> {
  const finding = findingId(place)
  const where = await position(3_000)
  return capture(s, {
    inspection: place.inspection, finding, purpose: 'evidence', file, position: where,
    attach: (photo) => record(s, place, ({ photo_ids }) => ({ set: { photo_ids: [...texts(photo_ids), photo] }, base: { photo_ids: texts(photo_ids) } })),
  })
}

/** Cross a photo out: its record and its bytes stay, the answer no longer shows it. */
export function dropPhoto(s: Session, place: Place, photo: string, reason: string): Promise<unknown> {
  return transaction(s, async () => {
    await voided(s, 'photo', photo, reason)
    return record(s, place, ({ photo_ids }) => ({ set: { photo_ids: texts(photo_ids).filter((each) => each !== photo) }, base: { photo_ids: texts(photo_ids) } }))
  })
}
