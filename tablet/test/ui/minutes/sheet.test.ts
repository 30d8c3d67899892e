// The draft on the screen says everything that the paper says: every text of the published vectors is in it.
import { describe, expect, test } from 'vitest'
import { document, map, maps, text } from '../../../src/core/reading.ts'
import type { Json, State } from '../../../src/core/types.ts'
import { clause, figure, sheetOf, type Block } from '../../../src/ui/minutes/sheet.ts'
import { MINUTES } from '../../paper/vectors.ts'

/** What is in the document and never printed as it stands: ids, codes, and what the paper says in another shape. */
const UNPRINTED = new Set([
  'id', 'sha256', 'series', 'symbol', 'role', 'outcome', 'form', 'code', 'issued_at', 'answer', 'verdict', 'type', 'limit', 'legal_basis', 'team_name',
  'act', 'findings',
])

/** A document without what its form does not print: when the decision was announced on papers about seals, titles of signers. */
function printed(doc: State): State {
  const isBeside = Array.isArray(doc.seals) || Array.isArray(doc.samples)
  const signatures = maps(doc.signatures).map((each) => (each.role === 'witness' ? each : { ...each, title: '' }))
  return { ...(Object.keys(map(doc.verification)).length ? verification(doc) : doc), signatures, announced: isBeside ? '' : (doc.announced ?? '') }
}

/** Checks have no codes; of one that nobody made nothing is printed, of stickers a certificate prints no place.
 * A record prints of its verifier and reviewer the name, of its checklist the items, and who gets a copy of what did not pass. */
function verification(doc: State): State {
  const { verifier, reviewer, conclusion, valid_until: until, checks, adjustment, stickers, old_marks: old, ...said } = map(doc.verification)
  const made = [...maps(checks), map(adjustment)].filter((each) => each.answer === 'conforming' || each.answer === 'nonconforming')
  const told = made.map(({ key: _, title, ...each }) => (each.table === null ? { ...each, title: title ?? '' } : each))
  const stuck = maps(stickers).map(({ serial, place }) => (doc.form === 'verification_record' ? [serial ?? '', place ?? ''] : [serial ?? '']))
  const items = maps(doc.checklists).flatMap((each) => maps(each.sections)).flatMap((each) => maps(each.subjects)).map((each) => maps(each.items))
  const names = [map(verifier).name, map(reviewer).name, map(until).text, map(until).basis].map(text)
  return { ...doc, checklists: items, verification: { ...said, names, told, stuck, old: text(map(old).answer) ? (old ?? '') : '' }, recipients: conclusion === 'pass' ? [] : (doc.recipients ?? []) }
}

function leaves(value: Json | undefined, name = ''): string[] {
  if (UNPRINTED.has(name)) return []
  if (typeof value === 'string') return value.trim() === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap((each) => leaves(each, name))
  const found = Object.entries(map(value))
  // The key of a section is a code; the key of an item is printed.
  return found.flatMap(([key, each]) => (key === 'key' && 'subjects' in map(value) ? [] : leaves(each, key)))
}

function words(blocks: readonly Block[]): string {
  return JSON.stringify(blocks).normalize('NFC').toLowerCase()
}

const PAPERS = MINUTES.filter((each) => text(document(each.canonical).title) !== 'THÔNG BÁO')

describe.each(PAPERS.map((each) => [each.name, document(each.canonical)] as const))('%s', (_, doc: State) => {
  const blocks = sheetOf(doc, false)

  test('says every text of the document', () => {
    const said = words(blocks)
    const shown = (leaf: string) => [leaf, figure(leaf), clause(leaf)].some((each) => said.includes(JSON.stringify(each).slice(1, -1).toLowerCase()))
    expect(leaves(printed(doc)).filter((leaf) => !shown(leaf))).toEqual([])
  })

  test('shows the number, but not in a draft', () => {
    const number = text(map(doc.number).text)
    expect(words(blocks)).toContain(number.toLowerCase())
    expect(words(sheetOf(doc, true))).not.toContain(number.toLowerCase())
  })
})

test('readings stand in tables with their errors, with a decimal comma', () => {
  const blocks = sheetOf(document(PAPERS[0]?.canonical), true)
  const tables = blocks.filter((block) => block.kind === 'table')
  expect(tables.some((table) => table.head.includes('Sai số (%)') && table.rows[0]?.includes('20,00'))).toBe(true)
  expect(maps(document(PAPERS[0]?.canonical).team).length).toBeGreaterThan(1)
})
