// Values that two people recorded for one field: read out of documents, in words, ready to be chosen from.
import type { Document, Item, Json, Kind, State } from '../../core/types.ts'
import { say, t } from '../../i18n/index.ts'
import { map, maps } from '../../core/reading.ts'
import { text } from './reading.ts'
import { boxed, inWords } from './typed.ts'
import type { Visit } from './visit.svelte.ts'
import { instrumentName, word } from './words.ts'

export interface Wrote { actor: string; at: string }
export interface Rival extends Wrote { value: Json; ops: string[] }
/** `by`: who wrote the value that is kept; null where the server has not said. */
export interface Conflict { kind: Kind; id: string; field: string; place: string; title: string; kept: Json; by: Wrote | null; rivals: Rival[]; said: (value: Json) => string }

/** Every field of an inspection, its answers, samples, site and instruments that has more than one value. */
export function conflictsOf(visit: Visit): Conflict[] {
  const site = visit.site === undefined ? [] : [visit.site]
  const inspection = visit.inspection === undefined ? [] : [visit.inspection]
  return [...inspection, ...visit.findings, ...visit.samples, ...site, ...visit.instruments].flatMap((each) => ofDocument(visit, each))
}

function ofDocument(visit: Visit, document: Document): Conflict[] {
  const item = document.kind === 'finding' ? itemOf(visit, document.state) : undefined
  return Object.entries(map(document.state.conflicts)).flatMap(([field, losers]) => {
    const rivals = maps(losers).map((each) => ({ value: each.value ?? null, actor: text(each.actor), at: text(each.at), ops: [text(each.op_id)].filter(Boolean) }))
    if (rivals.length === 0) return []
    const [name = '', key = ''] = split(field)
    const kept = (key === '' ? document.state[field] : map(document.state[name])[key]) ?? null
    return [{ kind: document.kind, id: document.id, field, place: placeOf(visit, document, item), title: titleOf(name, key, item), kept, by: byOf(losers), rivals, said: (value: Json) => sayValue(name, key, value, item) }]
  })
}

/** Who wrote the value that stands: every loser says the same; those of an older server say nothing. */
export function byOf(losers: Json | undefined): Wrote | null {
  const named = maps(losers).map((each) => map(each.kept)).find((each) => text(each.actor) !== '')
  return named === undefined ? null : { actor: text(named.actor), at: text(named.at) }
}

function split(field: string): [string, string] {
  const dot = field.indexOf('.')
  return dot < 0 ? [field, ''] : [field.slice(0, dot), field.slice(dot + 1)]
}

function itemOf(visit: Visit, finding: State): Item | undefined {
  const checklist = visit.checklists.find((each) => each.code === finding.checklist)
  return checklist?.sections.flatMap((section) => section.items).find((item) => item.key === finding.item)
}

function placeOf(visit: Visit, document: Document, item: Item | undefined): string {
  if (document.kind !== 'finding') return document.kind === 'instrument' ? instrumentName(document.state) : word('kind', document.kind)
  const subject = visit.instruments.find((each) => each.id === document.state.subject_id)
  return [text(document.state.item), item && say(item.text), subject && instrumentName(subject.state)].filter(Boolean).join(' · ')
}

function titleOf(name: string, key: string, item: Item | undefined): string {
  const field = item?.fields.find((each) => each.key === key)
  return field ? say(field.title) : [word('fieldname', name), key].filter(Boolean).join(' ')
}

function sayValue(name: string, key: string, value: Json, item: Item | undefined): string {
  if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) return t('work.conflict.empty')
  if (name === 'answer') return word('answer', value)
  if (name === 'status') return word('status', value)
  if (name === 'photo_ids') return t('shell.unit.photos', { n: Array.isArray(value) ? value.length : 1 })
  if (name === 'rows') return maps(value).map((row, n) => `${n + 1}) ${cells(row, item)}`).join('\n')
  const field = item?.fields.find((each) => each.key === key)
  return field ? inWords(field, value, say) : plain(value)
}

function cells(row: State, item: Item | undefined): string {
  const columns = item?.columns ?? []
  return columns.flatMap((column) => { const said = inWords(column, row[column.key], say); return said === '' ? [] : `${say(column.title)}: ${said}` }).join('; ')
}

function plain(value: Json): string {
  if (Array.isArray(value)) return value.map(plain).join('; ')
  if (value !== null && typeof value === 'object') return Object.values(value).map(plain).filter(Boolean).join('; ')
  return typeof value === 'string' ? boxed(/^-?\d+\.\d+$/.test(value) ? 'number' : 'text', value) : String(value ?? '')
}
