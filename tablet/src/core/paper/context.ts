// What every item of a paper needs to know: subjects and their printed numbers, photos, law: twin of Context in paper_results.
import { parseReference, resolve } from '../judging/conditions'
import type { Json, State } from '../types'
import { get, list, mapping, sortedBy, truthy, unique, type Doc } from './shape.ts'
import { INSTRUMENTS, text, word } from './words.ts'

const SUBJECTS = { sample: 'Mẫu', vehicle: 'Xe', instrument: 'Phương tiện đo' }

export interface Known {
  instruments: ReadonlyMap<Json, Doc>
  /** The printed number of each photo by its id. */
  photoNumbers: ReadonlyMap<Json, number>
  /** Numbers of the documents that may not be cited that day. */
  uncitable: readonly string[]
  /** The penalty articles by item. */
  articles: ReadonlyMap<string, string[]>
  findings: readonly Doc[]
}

export class Context {
  /** The printed numbers given out so far, by subject. */
  readonly numbers = new Map<Json, number>()
  constructor(readonly known: Known) {}

  instrument(id: Json): Doc | undefined {
    return this.known.instruments.get(id)
  }

  /** Return the unit of a field; a scale says its own (`unit_from: subject.attributes.unit`), a lot another item's. */
  unit(spec: Doc, finding: Doc): string {
    const reference = parseReference(spec.unit_from)
    if (truthy(spec.unit) || reference === null) return text(spec.unit)
    const subject = get(finding, 'subject_id')
    const ofChecklist = (f: Doc) => get(f, 'checklist') === get(finding, 'checklist')
    const own = reference.item ? this.known.findings.filter(ofChecklist) : []
    return text(resolve(reference, this.instrument(subject), answersFor(own, subject)))
  }

  /** Return the printed number of an instrument, given out in the order of first mention. */
  number(subject: Json): number {
    const number = this.numbers.get(subject) ?? this.numbers.size + 1
    this.numbers.set(subject, number)
    return number
  }

  /** Name a subject as it stands before its results: "Cột đo xăng dầu số A-1". */
  name(subject: Json, per: string): string {
    if (subject === null) return ''
    const doc = this.instrument(subject)
    if (!doc) return `${word(SUBJECTS, per, 'Đối tượng')} ${this.number(subject)}`
    const kind = text(doc.type)
    const label = text(mapping(doc.attributes).label)
    const serial = text(doc.serial)
    return [word(INSTRUMENTS, kind, kind || 'Phương tiện đo'), label, serial && `số ${serial}`]
      .filter((part, index) => index === 0 || part)
      .join(' ')
  }

  /** Return the printed numbers of photos, each once, ascending. */
  photos(ids: Json | undefined): number[] {
    return sortedBy(unique(list(ids).flatMap((id) => this.known.photoNumbers.get(id) ?? [])), (number) => [number])
  }
}

/** Return what was answered in one checklist by item: for the visit, and over that for the subject. */
export function answersFor(findings: readonly Doc[], subject: Json): { [item: string]: State } {
  const placed = [null, subject].flatMap((place) => findings.filter((f) => get(f, 'subject_id') === place))
  return Object.fromEntries(placed.map((f) => [text(f.item), f]))
}
