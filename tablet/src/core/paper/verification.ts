// Papers of one verified instrument, the record and the certificate: twin of sync/paper_verification.py.
import type { State } from '../types'
import { isCertificate, type Form } from './forms.ts'
import { signerOf } from './notice.ts'
import { signing } from './people.ts'
import { get, list, mapping, mappings, truthy, type Doc } from './shape.ts'
import { AFTERWARDS, CODE, common, CONCLUSION, found, IN_WORDS, type Verified } from './verified.ts'
import { lowerFirst, moment, text } from './words.ts'

/** What these papers have in common with minutes; the rest of them is their `verification`. */
const KEPT = ['version', 'form', 'agency', 'number', 'place_date', 'issued_at', 'title', 'abstract', 'basis', 'findings', 'photos']
/** The items whose answers a certificate states. */
const CERTIFIED: readonly unknown[] = ['KD03', 'KD04', CONCLUSION, 'KD12', 'KD15']

/**
 * Return the findings that the paper freezes: those about its instrument that it prints. Those of the visit stay open: the
 * next instrument of the slip may need another standard.
 */
export function frozen(form: Form, findings: Doc[], instrumentId: string): Doc[] {
  const mine = findings.filter((f) => f.subject_id === instrumentId)
  if (isCertificate(form)) return mine.filter((f) => f.checklist === CODE && CERTIFIED.includes(f.item))
  return mine.filter((f) => f.checklist !== CODE || !AFTERWARDS.has(get(f, 'item')))
}

/** Return the findings that the record prints as minutes print results: those that no sentence of its own tells. */
export function measured(findings: Doc[]): Doc[] {
  return findings.filter((f) => f.checklist !== CODE || !IN_WORDS.has(get(f, 'item')))
}

/** Make the record of one instrument out of what was composed for minutes. */
export function record(doc: State, about: Verified, organisation: Doc): State {
  const establishment = mapping(doc.establishment)
  const said = { ...common(about, establishment), ...found(about, establishment) }
  const names = [text(mapping(said.owner).name), text(organisation.name)].filter(Boolean)
  return {
    ...of(doc, said),
    checklists: mappings(doc.checklists).filter((each) => truthy(each.sections)).map((each) => ({ ...each, missing: [] })),
    standards: get(doc, 'standards'),
    ended: moment(doc.issued_at),
    signatures: [signing(mapping(said.verifier), 'KIỂM ĐỊNH VIÊN'), signing(mapping(said.reviewer), 'NGƯỜI SOÁT LẠI')],
    recipients: [...names, 'Lưu: hồ sơ kiểm định'],
    copies: get(doc, 'copies'),
    verification: said,
  }
}

/** Make the certificate of one instrument. `signer` is {name, title, authority}, else the agency's first. */
export function certificate(doc: State, about: Verified, organisation: Doc, signer: Doc | null): State {
  const said = common(about, mapping(doc.establishment))
  const head = signerOf(truthy(signer) ? mapping(signer) : mapping(list(organisation.signers)[0]))
  return { ...of(doc, said), basis: [], verification: { ...said, signer: head } }
}

function of(doc: State, said: State): State {
  const { name, serial } = mapping(said.instrument)
  const abstract = `Kiểm định ${lowerFirst(text(name))}${truthy(serial) ? ` số ${text(serial)}` : ''}`
  const site = mapping(doc.establishment)
  const kept = Object.fromEntries(KEPT.map((field) => [field, get(doc, field)]))
  return { ...kept, abstract, establishment: { id: get(site, 'id'), name: get(site, 'name'), address: get(site, 'address') } }
}
