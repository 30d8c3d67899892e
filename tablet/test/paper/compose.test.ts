// The paper that is composed is the published one, letter for letter, and absent parts never stop it.
import { describe, expect, test } from 'vitest'
import { compose, type ComposeInput } from '../../src/core/paper/compose.ts'
import { fingerprint } from '../../src/core/paper/findings.ts'
import { formOf } from '../../src/core/paper/forms.ts'
import { traced } from '../../src/core/paper/measures.ts'
import { canonicalText } from '../../src/core/paper/seal.ts'
import parts from '../../../tests/vectors/paper-parts.json'
import type { Doc } from '../../src/core/paper/shape.ts'
import { MINUTES } from './vectors.ts'

describe('compose', () => {
  test.each(MINUTES)('makes of the documents of $name the published text', ({ documents, canonical }) => {
    const composed = compose(documents as unknown as ComposeInput)
    expect(composed).toEqual(JSON.parse(canonical))
    expect(canonicalText(composed)).toBe(canonical)
  })

  const bare = { issued_at: '2026-11-26T08:00:00+07:00', number: null, inspection: {}, campaign: {}, organisation: {}, establishment: {} }

  test.each(['announcement', 'working', 'inspection', 'amendment', 'sampling', 'result_notice', 'sealing', 'unsealing',
    'suspension_notice', 'resumption_notice', 'not_carried_out', 'verification_record', 'verification_certificate'])('makes a paper of %s where nothing is known yet', (form) => {
    expect(compose({ ...bare, form })).toMatchObject({ form, number: null, issued_at: bare.issued_at })
  })

  test.each(parts.basis)('cites: $name', ({ cited, law, lines }) => {
    const checklists = [{ code: 'fuel', version: 1, title: { vi: '', en: '' }, sections: [] }]
    expect(compose({ ...bare, form: 'inspection', campaign: { decision: { basis: cited } }, checklists, law }).basis).toEqual(lines)
  })

  test.each(parts.address)('an address $name', ({ address, area, printed }) => {
    const given: Doc | null = area
    expect(compose({ ...bare, form: 'inspection', establishment: { address }, area: given }).establishment).toMatchObject({ address: printed })
  })

  test.each(parts.ended)('ended $name', ({ visits, printed }) => {
    expect(compose({ ...bare, form: 'inspection', inspection: { visits } }).ended).toBe(printed)
  })

  test('refuses an unknown form and a moment without a zone', () => {
    expect(() => compose({ ...bare, form: 'letter' })).toThrow("Loại biên bản 'letter' không có.")
    expect(() => compose({ ...bare, form: 'inspection', issued_at: '2026-11-26T08:00:00' })).toThrow('thiếu múi giờ')
  })
})

test('a fingerprint does not depend on the order of photos, nor on how emptiness was written', () => {
  const photos = { answer: 'conforming', photo_ids: ['b', 'a'] }
  expect(fingerprint(photos)).toBe(fingerprint({ rows: [], values: {}, note: '', photo_ids: ['a', 'b'], answer: 'conforming' }))
  expect(fingerprint(photos)).not.toBe(fingerprint({ ...photos, note: 'x' }))
})

test('of two seals of one moment the first is the one that is taken off', () => {
  const seal = { type: 'seal', instrument_id: 'i', at: '2021-08-05T10:40:00+07:00' }
  const measures = [{ id: 'a', ...seal }, { id: 'b', ...seal }, { id: 'c', type: 'unseal', instrument_id: 'i', at: '2021-08-19T09:05:00+07:00' }]
  expect(traced(formOf('unsealing'), measures, [], []).map(({ origin }) => origin?.id)).toEqual(['a'])
})
