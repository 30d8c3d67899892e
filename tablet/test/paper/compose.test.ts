// The paper that is composed is the published one, letter for letter, and absent parts never stop it.
import { describe, expect, test } from 'vitest'
import { compose, type ComposeInput } from '../../src/core/paper/compose.ts'
import { canonicalText } from '../../src/core/paper/seal.ts'
import { MINUTES } from './vectors.ts'

describe('compose', () => {
  test.each(MINUTES)('makes of the documents of $name the published text', ({ documents, canonical }) => {
    const composed = compose(documents as unknown as ComposeInput)
    expect(composed).toEqual(JSON.parse(canonical))
    expect(canonicalText(composed)).toBe(canonical)
  })

  const bare = { issued_at: '2026-11-26T08:00:00+07:00', number: null, inspection: {}, campaign: {}, organisation: {}, establishment: {} }

  test.each(['announcement', 'working', 'inspection', 'amendment', 'sampling', 'result_notice', 'sealing', 'unsealing',
    'suspension_notice', 'resumption_notice', 'not_carried_out'])('makes a paper of %s where nothing is known yet', (form) => {
    expect(compose({ ...bare, form })).toMatchObject({ form, number: null, issued_at: bare.issued_at })
  })

  test('refuses an unknown form and a moment without a zone', () => {
    expect(() => compose({ ...bare, form: 'letter' })).toThrow("Loại biên bản 'letter' không có.")
    expect(() => compose({ ...bare, form: 'inspection', issued_at: '2026-11-26T08:00:00' })).toThrow('thiếu múi giờ')
  })
})
