// The wire's shapes (docs/protocol.md): documents, operations, results, checklists. Types only, no code.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
/** A document's state as the server keeps it: field names are the protocol's. */
export type State = { [name: string]: Json }

export type Kind =
  | 'organisation' | 'user' | 'area' | 'campaign' | 'establishment' | 'instrument' | 'measurement_standard'
  | 'inspection' | 'finding' | 'requirement' | 'measure' | 'photo' | 'signature' | 'minutes' | 'sample' | 'lab_result'
  | 'verification_session' | 'mark' | 'stocktake' | 'payment' | 'mark_batch' | 'mark_lease' | 'price'

export type Answer = 'conforming' | 'nonconforming' | 'not_checked' | 'not_applicable'
export type Verdict = 'pass' | 'fail' | 'inconclusive'

/** What the tablet shows of a document: the server's state with what waits in the outbox laid over it. */
export interface Document {
  kind: Kind
  id: string
  scope: string
  /** The server's revision; 0 while the server has not seen it. */
  rev: number
  state: State
  /** How many operations about it still wait in the outbox. */
  waiting: number
  /** How many the server holds or refused while it has no such document: what is shown is the tablet's alone. */
  refused: number
}

export interface Clock {
  boot: string
  mono_ms: number
  /** Server minus tablet at the last answer; null before the first. */
  offset_ms: number | null
  offset_age_s: number | null
}

export interface ChecklistRef {
  code: string
  version: number
  sha256: string
}

export interface Operation {
  op_id: string
  device_seq: number
  group: string | null
  kind: Kind
  id: string
  parent: string | null
  type: 'create' | 'patch' | 'append' | 'delete' | 'void' | 'resolve'
  scope: string
  base_rev: number | null
  set: State
  base: State
  checklist: ChecklistRef | null
  at: string
  clock: Clock
}

export interface Result {
  op_id: string
  status: 'applied' | 'merged' | 'held' | 'quarantined'
  replay: boolean
  rev: number | null
  scope: string
  seq: number | null
  code: string | null
  detail: string | null
  conflicts: { [field: string]: Json } | null
  current: { rev: number; deleted: boolean; state: State } | null
}

export interface PullItem {
  scope: string
  seq: number
  kind: Kind
  id: string
  rev: number
  state: State
  gone?: 'moved' | 'deleted'
}

export interface Lease {
  id: string
  series: string
  symbol: string
  year: number
  from: number
  to: number
  expires_on: string
}

export interface Text {
  vi: string
  en: string
}

/** A checklist exactly as GET /checklists/{code}/{version} serves it. */
export interface Checklist {
  code: string
  version: number
  sha256: string
  title: Text
  legal_basis: string[]
  sections: Section[]
  [more: string]: unknown
}

export interface Section {
  key: string
  per: 'visit' | 'instrument' | 'sample' | 'vehicle'
  title: Text
  /** With `per: instrument` and `vehicle`: the types of instrument that the section is about. */
  instrument_types: string[]
  items: Item[]
  [more: string]: unknown
}

export type ItemType = 'answer' | 'number' | 'text' | 'choice' | 'multi_choice' | 'date' | 'table' | 'computed' | 'photo'

export interface Field {
  key: string
  title: Text
  type: string
  unit?: string | null
  /** Where the unit is said instead: `subject.attributes.unit`, `item:PP03.unit`. */
  unit_from?: string | null
  /** A list of readings. */
  many?: boolean
  choices?: { key: string; title: Text }[] | null
}

/** How an item feeds a metrological procedure; core/judging/judge.ts says what a binding means. */
export interface ProcedureUse {
  name: string
  parameters: { [name: string]: { from?: string; value?: Json } }
  rows: { [key: string]: string }
}

export interface Item {
  key: string
  text: Text
  type: ItemType
  fields: Field[]
  columns: Field[]
  required: boolean
  photo: 'required' | 'on_nonconforming' | 'encouraged' | 'none'
  when: Json
  procedure: ProcedureUse | null
  legal_basis: string[]
  note?: string | null
  [more: string]: unknown
}

/** A rule set exactly as GET /rules/{version} serves it. */
export interface Rules {
  version: string
  sha256: string
  limits: State[]
  law: State[]
  cycles?: State[]
  violations?: State[]
  penalties?: State[]
  forms?: State[]
  [more: string]: unknown
}

/** What the procedures make of a finding: the protocol's `computed`. */
export interface Computed {
  /** One for each row that was read; none where the readings could not be computed with. */
  errors: string[]
  /** The limit beside the most telling error: {value, lower?, unit, source, status}. */
  limit: State | null
  verdict: Verdict
  explanation: string
}
