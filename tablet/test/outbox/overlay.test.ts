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

it('never touches the state that it is laid over', () => {
  const server = Object.freeze({ photo_ids: Object.freeze(['a']) as unknown as Json, values: Object.freeze({ p: '1' }) as Json })
  overlay('finding', server, [{ ...OP, set: { photo_ids: ['a', 'b'], values: { p: '2' } }, base: { photo_ids: ['a'], values: { p: '1' } } }], 'u')
  expect(server).toEqual({ photo_ids: ['a'], values: { p: '1' } })
})

it('deletes, and a deleted document stays away', () => {
  expect(overlay('measure', { a: 1 }, [{ ...OP, kind: 'measure', type: 'delete' }], 'u')).toBeNull()
})
