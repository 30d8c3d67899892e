// The căn cứ of minutes: law of the day, the decision and what it cites, the paper that is amended: twin of _basis in sync/paper.py.
import type { Json } from '../types'
import { inForce } from './law.ts'
import { list, mapping, rstrip, str, truthy, unique, type Doc } from './shape.ts'
import { joined, lawLine, longDay, lowerFirst, text } from './words.ts'

/** A document's number as laws and circulars carry it: 28/2013/TT-BKHCN. */
const NUMBER = /\p{Nd}+\/\p{Nd}{4}\/[\p{L}\p{N}_-]+/u
const CITED_KINDS = ['Bộ luật', 'Luật', 'Pháp lệnh', 'Nghị định', 'Thông tư', 'Quyết định', 'Văn bản hợp nhất']
const PENALTIES = 'xử phạt'

/** Write the lines of the căn cứ block, each once. */
export function basisOf(
  campaign: Doc, organisation: Doc, law: Doc[], codes: Json[], on: string, amends: Doc | null,
): string[] {
  const decision = mapping(campaign.decision)
  const own = list(decision.basis).map(cited)
  // A document that the decision cites too stands once, at its place and in the decision's words.
  const said = new Map([...own].reverse().flatMap((line) => (NUMBER.test(line) ? [[NUMBER.exec(line)?.[0] ?? '', line]] : [])))
  const rows = inForce(law, on).filter((row) => isCited(row, codes))
  const lines = rows.map((row) => said.get(text(row.number)) ?? lawLine(row))
  lines.push(...own)
  if (truthy(decision.number)) lines.push(decisionLine(decision, campaign, organisation))
  if (amends) lines.push(rstrip(`Căn cứ Biên bản số ${text(amends.text)} ${longDay(text(amends.issued_at))}`))
  return unique(lines)
}

function decisionLine(decision: Doc, campaign: Doc, organisation: Doc): string {
  const who = joined(' ', [text(decision.title), text(organisation.name)])
  const about = text(campaign.title)
  const line = rstrip(`Căn cứ Quyết định số ${str(decision.number)} ${longDay(decision.date)}`)
  return line + (who && ` của ${who}`) + (about && ` về việc ${lowerFirst(about)}`)
}

function cited(line: Json): string {
  const said = text(line).replace(/[ ;.]+$/, '')
  return said.toLowerCase().startsWith('căn cứ') ? said : `Căn cứ ${said}`
}

/** Tell whether a document is a căn cứ of these checklists: legal and confirmed; ĐLVN and penalty decrees are none. */
function isCited(row: Doc, codes: Json[]): boolean {
  const title = text(row.title)
  const isBasis = CITED_KINDS.some((kind) => title.startsWith(kind)) && !title.toLowerCase().includes(PENALTIES)
  const isConfirmed = (row.status === undefined ? 'confirmed' : row.status) === 'confirmed'
  return isBasis && isConfirmed && list(row.domains).some((code) => codes.includes(code))
}
