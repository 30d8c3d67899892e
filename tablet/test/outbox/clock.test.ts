// Clock evidence: what was measured, how old it is, and a clock that was set back meanwhile.
import { expect, it, vi } from 'vitest'
import { BOOT, evidence, instant, measured } from '../../src/core/outbox/clock.ts'

it('measures the offset in the middle of question and answer', () => {
  const offset = measured('2026-11-23T01:00:00+00:00', Date.parse('2026-11-23T00:59:00Z'), Date.parse('2026-11-23T00:59:02Z'))
  expect(offset?.offset_ms).toBe(59_000)
  expect(measured('không phải giờ', 0, 0)).toBeNull()
})

it('says how old the offset is, and nothing before the first answer', () => {
  expect(evidence(undefined)).toMatchObject({ boot: BOOT, offset_ms: null, offset_age_s: null })
  const offset = { offset_ms: -1200, wall: 1_000_000, mono: 0, boot: 'an earlier run' }
  expect(evidence(offset, 1_000_000 + 86_400_000)).toMatchObject({ offset_ms: -1200, offset_age_s: 86_400 })
})

it('notices a clock that was set back while the app ran', () => {
  vi.spyOn(performance, 'now').mockReturnValue(3_600_000)
  const offset = { offset_ms: 0, wall: 10_000_000_000, mono: 0, boot: BOOT }
  const hourBack = evidence(offset, 10_000_000_000)
  expect(hourBack).toMatchObject({ offset_ms: 3_600_000, offset_age_s: 3600 })
  vi.restoreAllMocks()
})

it('writes local time with its offset', () => {
  const text = instant(Date.parse('2026-11-23T01:12:05Z'))
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:05[+-]\d\d:\d\d$/)
  expect(Date.parse(text)).toBe(Date.parse('2026-11-23T01:12:05Z'))
})
