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
import { maps, texts } from '../../core/reading.ts'

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

/** Begin, or come again on another day: the visit with its time and place; a plan becomes an inspection under way. */
export async function arrive(s: Session, inspection: Document): Promise<void> {
  const started_at = instant()
  const place = await position(5_000)
  const visits = [...maps(inspection.state.visits), { started_at, position: place }]
  await patch(s, 'inspection', inspection.id, inspection.state.status === 'planned' ? { status: 'in_progress', visits } : { visits })
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
