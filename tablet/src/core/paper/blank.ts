// Pre-printed minutes to be filled in by hand: head, team, site, items; what is found is left empty: twin of sync/paper_blank.py.
import { isByHand, showsInspection, type Form } from './forms.ts'
import { get, mapping, mappings, type Doc } from './shape.ts'
import { titleOf } from './tables.ts'
import { text } from './words.ts'
import type { State } from '../types'

const DAY = 'ngày …… tháng …… năm ……'
const MOMENT = `…… giờ …… phút, ${DAY}`
/** Empty rows for seals; a second sheet takes a second number. */
const ROWS = 6
/** Empty rows for samples, each with room for its portions. */
const SAMPLES = 3
const ATTEMPT_LINES = [
  'Lý do không tiến hành được',
  'Người chứng kiến (họ tên, chức vụ, nơi công tác)',
  'Nếu không có người chứng kiến, lý do',
]
const WITNESS: State = { role: 'witness', heading: 'NGƯỜI CHỨNG KIẾN', name: '', title: '', witness: { name: '', title: '' } }

/**
 * Empty what was composed of everything that is found on the spot. It is never signed: it carries no QR code.
 * Throws RangeError for a form that is not written by hand at the site.
 */
export function blank(form: Form, doc: State, definitions: Doc[]): State {
  if (!isByHand(form)) throw new RangeError(`${form.name} không có bản in sẵn.`)
  const isAttempt = form.parts.has('attempt')
  return {
    ...doc,
    place_date: `${text(doc.place_date).split(', ', 1)[0] ?? ''}, ${DAY}`,
    started: MOMENT,
    ended: MOMENT,
    announced: showsInspection(form) ? MOMENT : '',
    visits: [], witnesses: [], checklists: [], instruments: [], nonconformities: [], requirements: [], measures: [],
    photos: [], findings: [],
    conclusion: '',
    statement: '',
    signatures: signersOf(form, doc).map((each) => ({
      ...each, outcome: 'ink', outcome_word: '', reason: '', unwitnessed: false, strokes: null,
    })),
    seals: [],
    ...(form.parts.has('samples') ? { samples: [] } : {}),
    attempt: isAttempt ? { at: MOMENT, cause: '', reason: '', no_witness_reason: '' } : null,
    blank: {
      lines: isAttempt ? ATTEMPT_LINES : [],
      rows: form.parts.has('seals') ? ROWS : 0,
      samples: form.parts.has('samples') ? SAMPLES : 0,
      checklists: form.parts.has('results') ? definitions.map(checklistOf) : [],
    },
  }
}

/** Return who may sign: those named before the visit; where nobody of the site will, room for a witness. */
function signersOf(form: Form, doc: State): State[] {
  const named = mappings(doc.signatures).filter((each) => each.role !== 'witness')
  return form.parts.has('attempt') ? [WITNESS, ...named] : named
}

function checklistOf(definition: Doc): State {
  const sections = mappings(definition.sections).map((section) => ({
    title: titleOf(section),
    has_subject: (section.per ?? 'visit') !== 'visit',
    items: mappings(section.items).map(itemOf),
  }))
  return { title: titleOf(definition), sections }
}

function itemOf(item: Doc): State {
  const columns = mappings(item.columns).map((column) => ({ title: titleOf(column), unit: text(column.unit) }))
  const fields = mappings(item.fields).map((field) => get(mapping(field.title), 'vi')).filter((title) => title !== '')
  return { key: get(item, 'key'), text: titleOf(item, 'text'), columns, fields }
}
