// Papers about measures: which seals, suspensions and releases a paper lists, on what it rests: twin of sync/paper_measures.py.
import { byCodePoints } from '../judging/plain'
import type { State } from '../types'
import type { Context } from './context.ts'
import { isoLocal, local } from './days.ts'
import { FORMS, showsInspection, type Form } from './forms.ts'
import { bare, get, list, rstrip, sortedBy, truthy, unique, type Doc } from './shape.ts'
import { longDay, MEASURES, moment, text, word } from './words.ts'

/** A measure, the one that it undoes, and the standing paper that it rests on: {id, form, text, issued_at, …}. */
export interface Traced {
  measure: Doc
  origin: Doc | null
  paper: Doc | null
}

/**
 * Return what a paper of this form has to list: its measures that no standing paper of the form lists yet. `earlier` are
 * the measures of the inspections that this one re-checks; `papers` the standing papers of them all.
 */
export function traced(form: Form, measures: Doc[], earlier: Doc[], papers: Doc[]): Traced[] {
  const done = new Set(papers.filter((paper) => paper.form === form.code).flatMap((paper) => list(paper.measure_ids)))
  const own = measures.filter((m) => m.type === form.measure && !done.has(get(m, 'id')))
  return sortedBy(own, (m) => [when(m), text(m.id)]).map((measure) => {
    const origin = form.undoes ? originOf(measure, form.undoes, [...earlier, ...measures]) : null
    return { measure, origin, paper: paperOf(form, form.undoes ? origin : measure, papers) }
  })
}

/** Return the measure that this one undoes: the one that it names, else the last one before it on the same object. */
function originOf(measure: Doc, type: string, others: Doc[]): Doc | null {
  const named = others.find((m) => truthy(m.id) && m.id === measure.follows)
  if (named) return named
  const at = when(measure)
  const same = others.filter((m) => m.type === type && get(m, 'instrument_id') === get(measure, 'instrument_id'))
  const before = same.filter((m) => !at || byCodePoints(when(m), at) <= 0)
  return before.reduce<Doc | null>((last, m) => (last && byCodePoints(when(m), when(last)) <= 0 ? last : m), null)
}

/** Write when a measure was taken so that texts compare as times do; one that nobody can read as it is. */
function when(measure: Doc): string {
  const at = text(measure.at)
  const read = local(at)
  return read ? isoLocal(read) : at
}

/** Return the first standing paper that lists a measure, of the best form that any has. */
function paperOf(form: Form, measure: Doc | null, papers: Doc[]): Doc | null {
  const id = measure ? get(measure, 'id') : null
  if (id === null) return null
  for (const code of form.restsOn) {
    const fits = papers.filter((paper) => paper.form === code && list(paper.measure_ids).includes(id))
    const first = sortedBy(fits, (paper) => [text(paper.issued_at)])[0]
    if (first) return first
  }
  return null
}

/** Write the earlier papers as lines of the căn cứ block, each once. */
export function cited(papers: (Doc | null)[]): string[] {
  return unique(papers.flatMap((paper) => (paper ? [rstrip(`Căn cứ ${paperName(paper)} ${longDay(paper.issued_at)}`)] : [])))
}

/** Name a paper with its number: minutes of the inspection plainly, the others by their form. */
export function paperName(paper: Doc): string {
  const form = FORMS.find((each) => each.code === text(paper.form))
  return `${form && !showsInspection(form) ? form.name : 'Biên bản'} số ${text(paper.text)}`
}

/** Write seals put on or taken off: on what, numbers, place, state, by whom, when, photos before and after. */
export function sealRows(rows: Traced[], context: Context): State[] {
  return rows.map(({ measure, origin, paper }) => {
    const either = (name: string) => text(truthy(measure[name]) ? measure[name] : origin?.[name])
    return {
      id: text(measure.id),
      subject: subjectOf(measure, context),
      serials: commas(either('serials')),
      place: either('place'),
      by: text(measure.by),
      state: text(measure.state),
      reason: bare(text(measure.reason)),
      at: moment(measure.at),
      sealed_at: moment(origin?.at),
      paper: paper ? paperName(paper) : '',
      before: context.photos(measure.before_photo_ids),
      after: context.photos(measure.after_photo_ids),
    }
  })
}

/** Return what the photos of the measures show, in the shape of findings, for the list of photos. */
export function photographed(rows: Traced[], form: Form): Doc[] {
  const act = word(MEASURES, form.measure, '').toLowerCase()
  const shown = (measure: Doc, said: string, name: string): Doc => ({
    item: `${said} ${act}`, subject_id: get(measure, 'instrument_id'), photo_ids: list(measure[name]),
  })
  return rows.flatMap(({ measure }) => [
    shown(measure, 'trước khi', 'before_photo_ids'), shown(measure, 'sau khi', 'after_photo_ids'),
  ])
}

/** Return when the first of the measures was taken. */
export function firstMoment(rows: Traced[]): string | null {
  const moments = rows.filter(({ measure }) => truthy(measure.at)).map(({ measure }) => when(measure))
  return moments.sort(byCodePoints)[0] ?? null
}

/** Name what a measure is about, '' where it is about the whole site. */
export function subjectOf(measure: Doc, context: Context): string {
  return truthy(measure.instrument_id) ? context.name(get(measure, 'instrument_id'), 'instrument') : ''
}

/** Write numbers of seals beside each other. */
export function commas(serials: string): string {
  return serials.replaceAll('; ', ', ')
}
