// Ids are those of sync/ids.py, by the same vectors.
import { expect, it } from 'vitest'
import vectors from '../../../tests/vectors/ids.json'
import { answerId, markId, uuid7 } from '../../src/core/outbox/ids.ts'

it.each(vectors.answers)('names the answer $id', (answer) => {
  expect(answerId(answer.inspection, answer.checklist, answer.item, answer.subject, answer.ordinal)).toBe(answer.id)
})

it.each(vectors.marks)('names the $kind $serial', (mark) => {
  expect(markId(mark.organisation, mark.kind === 'seal' ? 'seal' : 'sticker', mark.serial)).toBe(mark.id)
})

it.each(vectors.uuid7)('makes $id', ({ unix_ms, random_bits, id }) => {
  // 74 bits as Python spends them: 12 behind the version, 62 behind the variant.
  const bits = BigInt(random_bits)
  const [high, low] = [bits >> 62n, bits & ((1n << 62n) - 1n)]
  const hex = high.toString(16).padStart(4, '0') + low.toString(16).padStart(16, '0')
  const bytes = Uint8Array.from(hex.match(/../g)!.map((pair) => parseInt(pair, 16)))
  expect(uuid7(unix_ms, bytes)).toBe(id)
})

it('makes ids that sort by their moment and never repeat', () => {
  const made = Array.from({ length: 500 }, (_, index) => uuid7(1_700_000_000_000 + index))
  expect([...made].sort()).toEqual(made)
  expect(new Set(Array.from({ length: 500 }, () => uuid7())).size).toBe(500)
})
