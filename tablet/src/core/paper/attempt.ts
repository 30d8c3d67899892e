// Minutes of a visit that was not carried out: when the team came, why it could not work, who saw it: twin of sync/paper_attempt.py.
import type { State } from '../types'
import { person } from './people.ts'
import { bare, get, list, mapping, type Doc } from './shape.ts'
import { moment, text, word } from './words.ts'

export const CAUSES = {
  closed: 'cơ sở đóng cửa, không có người tiếp đoàn',
  ceased: 'cơ sở đã ngừng hoạt động',
  refused: 'cơ sở không cho đoàn vào làm việc',
  moved: 'cơ sở không còn ở địa chỉ này',
  other: 'lý do khác',
}

/** Return what was recorded of the attempt: {cause, at, witness {name, capacity}, no_witness_reason, photo_ids}. */
export function attemptOf(inspection: Doc): Doc {
  return mapping(inspection.attempt)
}

/** Compose what the paper says of the attempt; what nobody recorded is ''. */
export function attemptBlock(inspection: Doc): State {
  const attempt = attemptOf(inspection)
  return {
    at: moment(attempt.at),
    cause: word(CAUSES, text(attempt.cause)),
    reason: bare(text(inspection.reason)),
    no_witness_reason: text(mapping(attempt.witness).name) ? '' : bare(text(attempt.no_witness_reason)),
  }
}

/** Return who signs besides the team: the witness of the attempt, unless that person's signature is there already. */
export function attemptSignatures(inspection: Doc, given: Doc[]): Doc[] {
  const witness = mapping(attemptOf(inspection).witness)
  const name = text(witness.name)
  if (!name || given.some((each) => each.role === 'witness' && each.name === name)) return given
  return [...given, { role: 'witness', ...person(witness) }]
}

/** Return what the photos show, in the shape of findings; all of the inspection where none is named. */
export function attemptPhotographed(inspection: Doc, evidence: Doc[]): Doc[] {
  const named = list(attemptOf(inspection).photo_ids)
  const ids = named.length ? named : evidence.map((photo) => get(photo, 'id'))
  return [{ item: 'hiện trạng khi đoàn đến', subject_id: null, photo_ids: ids }]
}
