// Where an instrument stands in the queue, and until when it is verified, by the vectors that tests/checklists/ reads too.
import { describe, expect, it } from 'vitest'
import { placeOf, queue } from '../../src/core/judging/verification.ts'
import { proposedUntil, refusedUntil } from '../../src/core/verification/validity.ts'
import { RULES, VERIFICATION } from './vectors.ts'

describe('the queue of a mobile verification', () => {
  it.each(VERIFICATION.places)('$name', ({ inspection, findings, gives }) => {
    expect(placeOf(inspection, findings, 'i')).toEqual(gives)
  })

  it('is in order of arrival, with what else was looked at behind', () => {
    const { inspection, findings, gives } = VERIFICATION.queue
    expect([...queue(inspection, findings)].map(([id, place]) => [id, place.standing])).toEqual(gives)
  })
})

describe('the validity of a verification', () => {
  it.each(VERIFICATION.until)('$name', ({ instrument, on, proposed, asked, refused }) => {
    const found = proposedUntil(RULES, instrument, on)
    expect(found).toEqual(proposed)
    expect(refusedUntil(asked, on, found)).toBe(refused)
  })
})
