// Small decisions of the engine: batches, back-off, what counts as an answer.
import { afterEach, describe, expect, it } from 'vitest'
import { outboxRow } from '../../src/core/outbox/record.ts'
import type { OutboxRow } from '../../src/core/store/db.ts'
import { delayAfter } from '../../src/core/sync/engine.ts'
import { pushedOf } from '../../src/core/sync/answers.ts'
import { ask, link, reasonOf, Refused, Unanswered } from '../../src/core/sync/http.ts'
import { cut } from '../../src/core/sync/push.ts'
import { isTrouble } from '../../src/core/trouble.ts'
import type { State } from '../../src/core/types.ts'

const real = { ...link }
afterEach(() => void Object.assign(link, real))

function row(seq: number, group: string | null = null, text = ''): OutboxRow {
  return outboxRow({
    op_id: `${seq}`, device_seq: seq, group, kind: 'requirement', id: `${seq}`, parent: null, type: 'create', scope: 's', base_rev: null,
    set: { text }, base: {}, checklist: null, at: '', clock: { boot: '', mono_ms: 0, offset_ms: null, offset_age_s: null },
  })
}

describe('a batch', () => {
  it('ends before a group that does not fit, and takes a larger one whole', () => {
    const rows = [row(1), row(2, 'g'), row(3, 'g'), row(4, 'g'), row(5)]
    expect(cut(rows, 3).map((each) => each.device_seq)).toEqual([1])
    expect(cut(rows.slice(1), 2).map((each) => each.device_seq)).toEqual([2, 3, 4])
    expect(cut(rows, 4).map((each) => each.device_seq)).toEqual([1, 2, 3, 4])
  })

  it('stays below the bytes of one request, but sends at least one operation', () => {
    const rows = [1, 2, 3, 4, 5].map((seq) => row(seq, null, 'ộ'.repeat(100_000)))
    expect(cut(rows, 100).length).toBe(3)
    expect(cut([row(1, null, 'x'.repeat(2_000_000))], 100).length).toBe(1)
  })
})

it('waits longer and longer, five minutes at most, never all tablets at once', () => {
  expect([1, 2, 3, 5, 12, 90].map((count) => delayAfter(count, 0))).toEqual([1000, 2000, 4000, 16_000, 300_000, 300_000])
  expect(delayAfter(9, 1)).toBe(128_000)
})

describe('results of a push', () => {
  const op = (id: string) => row(Number(id)).op
  const result = (id: string): State => ({ op_id: id, status: 'applied', replay: false, rev: 1, scope: 's', seq: 1, code: null, detail: null, conflicts: {}, current: null })
  const answer = (...ids: string[]): State => ({ epoch: 'e', server_time: '', next_device_seq: 3, durable: {}, results: ids.map(result) })

  it('are believed only where there is exactly one for each operation, in order', () => {
    expect(pushedOf(answer('1', '2'), [op('1'), op('2')]).results.length).toBe(2)
    for (const ids of [['1'], ['2', '1'], ['1', '3'], ['1', '2', '3'], []]) {
      expect(() => pushedOf(answer(...ids), [op('1'), op('2')])).toThrow(Unanswered)
    }
    expect(() => pushedOf({ results: [] }, [])).toThrow(Unanswered)
  })
})

describe('an answer', () => {
  const answering = (status: number, body: string, headers: Record<string, string> = {}): void => {
    link.fetch = () => Promise.resolve(new Response(body, { status, headers }))
  }
  const failure = (): Promise<unknown> => ask('POST', '/sync/push', { body: {} }).then(() => null, (error: unknown) => error)

  it.each([
    ['a page of the café', 200, '<html>Đăng nhập Wi-Fi</html>', 'portal'],
    ['a redirect of the hotel', 302, '', 'portal'],
    ['a proxy that wants a password', 403, '<html>Forbidden</html>', 'portal'],
    ['half a sentence', 200, '{"epoch": "1"', 'portal'],
    ['a server error of the proxy', 502, '<html>Bad Gateway</html>', 'server_error'],
    ['a refused token', 401, '{"code": "unauthenticated", "detail": "Chưa đăng nhập."}', 'sign_in'],
    ['a revoked tablet', 403, '{"code": "forbidden", "detail": "Đã bị thu hồi."}', 'revoked'],
    ['an old app', 426, '{"code": "upgrade_required", "detail": ""}', 'upgrade'],
    ['a busy server', 503, '{"code": "unavailable", "detail": ""}', 'busy'],
    ['a fault of the app', 400, '{"code": "invalid_request", "detail": "Thiếu trường."}', 'app_fault'],
  ])('that is %s is named so', async (_what, status, body, key) => {
    answering(status, body)
    const reason = reasonOf(await failure())
    expect(reason.key).toBe(key)
    expect(isTrouble(reason.key)).toBe(true)
  })

  it('may ask for patience', async () => {
    answering(429, '{"code": "too_many_requests", "detail": ""}', { 'Retry-After': '17' })
    const error = await failure()
    expect(error instanceof Refused && error.wait).toBe(17)
  })
})
