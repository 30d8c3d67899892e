// What is shown before a push is what the server makes of it, by the vectors that sync/merge.py is tested with.
import { expect, it } from 'vitest'
import vectors from '../../../tests/vectors/merge.json'
import { mergeLists, overlay } from '../../src/core/outbox/overlay.ts'
import { same } from '../../src/core/outbox/values.ts'
import type { Json, Operation, State } from '../../src/core/types.ts'

const OP: Operation = {
  op_id: 'o', device_seq: 1, group: null, kind: 'finding', id: 'f', parent: 'i', type: 'patch', scope: 's', base_rev: 1, set: {}, base: {},
  checklist: null, at: '2026-11-26T08:00:00+07:00', clock: { boot: 'b', mono_ms: 0, offset_ms: 0, offset_age_s: 0 },
}
const lists = vectors.lists as { current: Json[]; mine: Json[]; base: Json[]; merged: Json[] }[]
const patches = vectors.patches as unknown as { current: State; set: State; base: State; merged: State }[]

it('merges lists as the server', () => {
  for (const { current, mine, base, merged } of lists) expect(mergeLists(current, mine, base)).toEqual(merged)
})

it('merges patches without a conflict as the server', () => {
  for (const { current, set, base, merged } of patches) {
    const shown = overlay('finding', current, [{ ...OP, set, base }], 'u') ?? {}
    for (const name of new Set([...Object.keys(shown), ...Object.keys(merged)])) {
      expect(same(shown[name], merged[name]), JSON.stringify({ name, current, set, base, shown, merged })).toBe(true)
    }
  }
})

it('shows what was typed over what the server has, until it has decided', () => {
  const shown = overlay('finding', { note: 'theirs', answer: 'conforming' }, [{ ...OP, set: { note: 'mine' }, base: { note: 'old' } }], 'u')
  expect(shown).toMatchObject({ note: 'mine', answer: 'conforming' })
})

it('names who writes over the value that was kept beside a lost one, here before the server says so', () => {
  const record = (path: string): State => ({ conflicts: { [path]: [{ value: 'lost', actor: 'them', at: 't1', op_id: 'x', kept: { actor: 'you', at: 't0' } }] } })
  const kept = (state: State | null, path: string): unknown => ((state?.conflicts as State)[path] as State[])[0]?.kept
  const own = { actor: 'u', at: OP.at }
  const anew = overlay('finding', { note: 'a', ...record('note') }, [{ ...OP, set: { note: 'b' }, base: { note: 'a' } }], 'u')
  expect(kept(anew, 'note')).toEqual(own)
  const beside = overlay('finding', { values: { p: '1' }, ...record('values.p') }, [{ ...OP, set: { values: { q: '2' } }, base: {} }], 'u')
  expect(kept(beside, 'values.p')).toEqual({ actor: 'you', at: 't0' })
  const settled = overlay('finding', { note: 'a', ...record('note') }, [{ ...OP, type: 'resolve', set: { field: 'note', value: 'c', op_ids: [] } }], 'u')
  expect(kept(settled, 'note')).toEqual(own)
})

it('never touches the state that it is laid over', () => {
  const server = Object.freeze({ photo_ids: Object.freeze(['a']) as unknown as Json, values: Object.freeze({ p: '1' }) as Json })
  overlay('finding', server, [{ ...OP, set: { photo_ids: ['a', 'b'], values: { p: '2' } }, base: { photo_ids: ['a'], values: { p: '1' } } }], 'u')
  expect(server).toEqual({ photo_ids: ['a'], values: { p: '1' } })
})

it('deletes, and a deleted document stays away', () => {
  expect(overlay('measure', { a: 1 }, [{ ...OP, kind: 'measure', type: 'delete' }], 'u')).toBeNull()
})
