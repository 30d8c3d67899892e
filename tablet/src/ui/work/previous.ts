// What stood here the last time: the newest earlier inspection of the same site in which an item was answered.
import { inspectedOn } from '../../core/judging/inspection.ts'
import { all, childrenOf } from '../../core/store/documents.ts'
import type { Session } from '../../core/store/session.ts'
import type { Document, State } from '../../core/types.ts'
import { maps } from '../../core/reading.ts'
import { isVoid, text } from './reading.ts'

export interface Previous { state: State; on: string }

/** The day on which an inspection was done: its first visit, else the planned day. */
export function doneOn(inspection: Document): string {
  return inspectedOn(inspection.state) ?? ''
}

/** Inspections of a site that were done before this one, the newest first. */
export function earlier(inspections: readonly Document[], site: string, except: Document | undefined): Document[] {
  const before = except === undefined ? '9999' : doneOn(except)
  return inspections
    .filter((each) => each.id !== except?.id && each.state.establishment_id === site && maps(each.state.visits).length > 0 && doneOn(each) <= before)
    .sort((a, b) => doneOn(b).localeCompare(doneOn(a)))
}

/** Earlier answers by `checklist/item|subject`: of each item the newest one that says something. */
export async function previousOf(s: Session, inspection: Document): Promise<Map<string, Previous>> {
  const found = new Map<string, Previous>()
  for (const each of earlier(await all(s, 'inspection'), text(inspection.state.establishment_id), inspection).slice(0, 5)) {
    for (const { state, ...finding } of await childrenOf(s, each.id, 'finding')) {
      const key = placeKey(text(state.checklist), text(state.item), text(state.subject_id) || null)
      if (!found.has(key) && !isVoid({ state, ...finding })) found.set(key, { state, on: doneOn(each) })
    }
  }
  return found
}

export function placeKey(checklist: string, item: string, subject: string | null): string {
  return `${checklist}/${item}|${subject ?? '-'}`
}
