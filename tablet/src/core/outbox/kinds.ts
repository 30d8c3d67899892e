// How the fields of each kind merge and where a document hangs: twin of sync/kinds.py.
import type { Kind, State } from '../types.ts'

export interface Merging {
  /** Lists that merge as sets. */
  lists: ReadonlySet<string>
  /** Objects that merge key by key. */
  maps: ReadonlySet<string>
  /** Lists that only grow. */
  logs: ReadonlySet<string>
  /** The field that names the parent. */
  parent: string | null
  /** Fields that never change after creation. */
  fixed: ReadonlySet<string>
  /** Text that is signed or hashed byte for byte. */
  exact: ReadonlySet<string>
}

function kind(parent: string | null, more: Partial<Record<Exclude<keyof Merging, 'parent'>, string[]>> = {}): Merging {
  const set = (names: string[] | undefined): ReadonlySet<string> => new Set(names)
  return { parent, lists: set(more.lists), maps: set(more.maps), logs: set(more.logs), fixed: set(more.fixed), exact: set(more.exact) }
}

const MERGING: Partial<Record<Kind, Merging>> = {
  establishment: kind(null, { lists: ['business_lines'] }),
  instrument: kind('establishment_id', { maps: ['attributes'], fixed: ['establishment_id'] }),
  inspection: kind('campaign_id', {
    lists: ['checklists', 'standards', 'visits'], maps: ['standard_overrides', 'received', 'handed_back'], fixed: ['campaign_id', 'establishment_id', 'follows'],
  }),
  finding: kind('inspection_id', {
    lists: ['photo_ids'], maps: ['values'], fixed: ['inspection_id', 'checklist', 'item', 'subject_id', 'ordinal'],
  }),
  requirement: kind('inspection_id', { lists: ['finding_ids', 'evidence', 'photo_ids'], fixed: ['inspection_id'] }),
  measure: kind('inspection_id', { lists: ['serials', 'before_photo_ids', 'after_photo_ids'], fixed: ['inspection_id'] }),
  sample: kind('inspection_id', {
    lists: ['finding_ids', 'photo_ids', 'tests'], maps: ['portions'], logs: ['custody'], fixed: ['inspection_id'],
  }),
  photo: kind('inspection_id', { fixed: ['inspection_id', 'session_id'] }),
  signature: kind('inspection_id', { fixed: ['inspection_id'] }),
  minutes: kind('inspection_id', { logs: ['handling'], fixed: ['inspection_id'], exact: ['canonical', 'cose'] }),
  verification_session: kind('campaign_id', {
    lists: ['verifiers', 'standards'], maps: ['standard_overrides'], logs: ['environment'], fixed: ['campaign_id'],
  }),
  mark: kind('session_id'),
  stocktake: kind('session_id'),
  payment: kind('inspection_id', { fixed: ['inspection_id'] }),
  lab_result: kind('inspection_id'),
}
const OTHER = kind(null)

/** Every kind that this app knows; others are left out of a pull. */
export const KINDS: readonly Kind[] = [
  'organisation', 'user', 'area', 'campaign', 'establishment', 'instrument', 'measurement_standard', 'inspection', 'finding',
  'requirement', 'measure', 'photo', 'signature', 'minutes', 'sample', 'lab_result', 'verification_session', 'mark', 'stocktake', 'payment',
  'mark_batch', 'mark_lease', 'price',
]

/** Return how a kind merges; kinds that only the server writes have plain fields. */
export function mergingOf(name: Kind): Merging {
  return MERGING[name] ?? OTHER
}

/** Return the document that this one hangs under, as its state says. */
export function parentIn(name: Kind, state: State): string | null {
  const field = mergingOf(name).parent
  // The photo of a mark that was spoilt outside any slip hangs under its session.
  const found = field === null ? null : state[field] ?? (name === 'photo' ? state.session_id : null)
  return typeof found === 'string' ? found : null
}
