// One answer as it stands on the screen: what was typed here over what the tablet holds, until that is written.
import type { Answer, Json, State } from '../../core/types.ts'
import { list, map, maps, texts } from '../../core/reading.ts'
import { text } from './reading.ts'
import { now, soon } from './saving.svelte.ts'

export type Row = { [column: string]: Json }
/** What is written: the fields that were changed, and what the person saw of them before. */
export interface Change { set: State; base: State }
/** Writes a change; is given the present state, so that only what was typed here is laid over it. */
export type Record = (change: (present: State) => Change) => Promise<unknown>

const ANSWERS: readonly unknown[] = ['conforming', 'nonconforming', 'not_checked', 'not_applicable']

export function answerOf(value: unknown): Answer | null {
  return ANSWERS.includes(value) ? (value as Answer) : null
}

export class Draft {
  answer = $state<Answer | null>(null)
  note = $state('')
  values = $state.raw<State>({})
  rows = $state.raw<Row[]>([])
  photos = $state.raw<string[]>([])
  readonly key: string
  readonly #record: Record
  /** Fields that differ from what the tablet holds (`answer`, `note`, `rows`, `values.<key>`), with what was seen there before. */
  #changed = new Map<string, Json>()
  #writing = new Map<string, Json>()
  #seen: State = {}

  constructor(key: string, record: Record, state: State | undefined) {
    this.key = key
    this.#record = record
    this.absorb(state)
  }

  /** Take what the tablet holds, but for what was typed here and is not written yet. */
  absorb(state: State = {}): void {
    this.#seen = state
    if (this.#isClean('answer')) this.answer = answerOf(state.answer)
    if (this.#isClean('note')) this.note = text(state.note)
    if (this.#isClean('rows')) this.rows = maps(state.rows)
    const own = Object.entries(this.values).filter(([name]) => !this.#isClean(`values.${name}`))
    this.values = { ...map(state.values), ...Object.fromEntries(own) }
    this.photos = texts(state.photo_ids)
  }

  /** One tap is one record. */
  choose(answer: Answer | null): void {
    this.answer = answer
    this.#mark('answer')
    void now(this.key, () => this.#write())
  }

  write(note: string): void {
    this.note = note
    this.#touch('note')
  }

  enter(name: string, value: Json): void {
    this.values = { ...this.values, [name]: value }
    this.#touch(`values.${name}`)
  }

  cell(row: number, column: string, value: Json): void {
    this.rows = this.rows.map((each, n) => (n === row ? { ...each, [column]: value } : each))
    this.#touch('rows')
  }

  addRow(row: Row = {}): void {
    this.rows = [...this.rows, row]
    this.#touch('rows')
  }

  removeRow(row: number): void {
    this.rows = this.rows.filter((_, n) => n !== row)
    this.#touch('rows')
  }

  setRows(rows: Row[]): void {
    this.rows = rows
    this.#touch('rows')
  }

  /** Write what waits now: the box was left. */
  leave(): Promise<void> {
    return this.#changed.size === 0 ? Promise.resolve() : now(this.key, () => this.#write())
  }

  /** The answer as a document's state, for judging while it is being typed. */
  state(saved: State | undefined): State {
    return { ...saved, answer: this.answer, note: this.note, values: this.values, rows: list(this.rows), photo_ids: this.photos }
  }

  #isClean(field: string): boolean {
    return !this.#changed.has(field) && !this.#writing.has(field)
  }

  #mark(field: string): void {
    if (!this.#changed.has(field)) this.#changed.set(field, this.#writing.get(field) ?? valueAt(this.#seen, field))
  }

  #touch(field: string): void {
    this.#mark(field)
    soon(this.key, () => this.#write())
  }

  async #write(): Promise<void> {
    if (this.#changed.size === 0) return
    const seen = this.#changed
    this.#changed = new Map()
    this.#writing = seen
    const typed = new Map([...seen.keys()].map((field) => [field, valueAt(this.#own(), field)]))
    try {
      await this.#record((present) => ({ set: laidOver(present, typed), base: laidOver(present, seen) }))
      // What was written has been seen: the server may have it before the screen is drawn anew, and it is no colleague's value.
      this.#seen = { ...this.#seen, ...laidOver(this.#seen, typed) }
      for (const [field, value] of typed) if (this.#changed.has(field)) this.#changed.set(field, value)
    } catch (error) {
      for (const [field, value] of seen) this.#changed.set(field, value)
      throw error
    } finally {
      this.#writing = new Map()
    }
  }

  #own(): State {
    return { answer: this.answer, note: this.note, rows: this.rows, values: this.values }
  }
}

function valueAt(state: State, field: string): Json {
  return (field.startsWith('values.') ? map(state.values)[field.slice(7)] : state[field]) ?? null
}

/** The fields named, with one key of `values` laid over the others that are there now. */
function laidOver(present: State, fields: Map<string, Json>): State {
  const set: State = {}
  for (const [field, value] of fields) {
    if (!field.startsWith('values.')) set[field] = value
    else set.values = { ...map(set.values ?? present.values), [field.slice(7)]: value }
  }
  return set
}
