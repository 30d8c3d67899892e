// Who wrote what, where two people wrote different things.
import { expect, it } from 'vitest'
import { byOf } from '../../src/ui/work/rivals.ts'

it('names who wrote the value that is kept, and nobody where the server has not said', () => {
  const lost = { value: 'b', actor: 'them', at: '2026-11-26T08:00:00Z', op_id: 'x' }
  expect(byOf([lost])).toBeNull()
  expect(byOf([lost, { ...lost, kept: { actor: 'me', at: '2026-11-26T07:00:00Z' } }])).toEqual({ actor: 'me', at: '2026-11-26T07:00:00Z' })
  expect([byOf('odd'), byOf([{ ...lost, kept: 'odd' }]), byOf(undefined)]).toEqual([null, null, null])
})
