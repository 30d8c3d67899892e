// A symbol opens the instrument that it names, and no other one.
import { expect, it } from 'vitest'
import type { Document, State } from '../../src/core/types.ts'
import { instrumentsIn } from '../../src/ui/work/scanned.ts'

function instrument(id: string, state: State): Document {
  return { kind: 'instrument', id, scope: 'area:1', rev: 1, waiting: 0, refused: 0, state }
}
const ALL = [
  instrument('11111111-1111-4111-8111-111111111111', { serial: 'TA0005-2/1', mark_serial: 'Đ-0123456' }),
  instrument('22222222-2222-4222-8222-222222222222', { serial: 'TA0005-2/11', certificate_number: '45/KĐ-2026' }),
  instrument('33333333-3333-4333-8333-333333333333', { serial: '7', voided: null }),
  instrument('44444444-4444-4444-8444-444444444444', { serial: 'TA0005-2/1', voided: { reason: 'ghi nhầm' } }),
]
const ids = (said: string) => instrumentsIn(said, ALL).map((each) => each.id[0])

it.each([
  ['TA0005-2/1', ['1']],
  ['ta0005-2/11', ['2']],
  ['Tem kiểm định số Đ-0123456, hết hạn 06/2027', ['1']],
  ['https://kiemdinh.example/?gcn=45/KĐ-2026&x=1', ['2']],
  ['https://host.example/app/#/instruments/22222222-2222-4222-8222-222222222222', ['2']],
  ['7', []],
  ['XTA0005-2/1X', []],
])('%s', (said, wanted) => {
  expect(ids(said)).toEqual(wanted)
})
