// The day's list must show each inspection once, where its inspector looks for it.
import { describe, expect, it } from 'vitest'
import type { Document, State } from '../../src/core/types.ts'
import { metres, pileOf, piled, type Line } from '../../src/ui/work/lists.ts'
import { clock, dayOf, instant, isOver, moment, shortDay } from '../../src/core/days.ts'
import { addressWith, areaNames, folded, isMerged, matches } from '../../src/ui/work/reading.ts'

const TODAY = '2026-11-26'

function inspection(state: State): Document {
  return { kind: 'inspection', id: crypto.randomUUID(), scope: 'campaign:c', rev: 1, waiting: 0, refused: 0, state }
}

function line(state: State, site: State = {}): Line {
  const establishment: Document = { kind: 'establishment', id: 'e', scope: 'area:07441', rev: 1, waiting: 0, refused: 0, state: site }
  return { inspection: inspection(state), site: establishment, campaign: undefined, area: ['Xã Dĩnh Trì'], lead: '' }
}

describe('an inspection lies on the pile', () => {
  it.each([
    ['today', { status: 'planned', planned_on: TODAY }],
    ['overdue', { status: 'planned', planned_on: '2026-11-25' }],
    ['coming', { status: 'planned', planned_on: '2026-11-27' }],
    ['coming', { status: 'planned', planned_on: null }],
    ['today', { status: 'in_progress', planned_on: '2026-11-20', visits: [{ started_at: '2026-11-25T17:30:00+00:00' }] }],
    ['in_progress', { status: 'in_progress', visits: [{ started_at: '2026-11-25T16:30:00+00:00' }] }],
    ['returned', { status: 'returned', planned_on: TODAY }],
    ['done', { status: 'issued', planned_on: TODAY }],
    ['done', { status: 'not_carried_out' }],
  ])('%s', (pile, state) => {
    expect(pileOf(inspection(state), TODAY)).toBe(pile)
  })
})

describe('a search', () => {
  const lines = [
    line({ status: 'planned', planned_on: TODAY }, { name: 'Cửa hàng xăng dầu Lục Nam', lat: '21.30', lon: '106.38' }),
    line({ status: 'planned', planned_on: TODAY }, { name: 'Tiệm vàng Đại Phát', lat: '21.21', lon: '106.24' }),
    line({ status: 'planned', planned_on: TODAY }, { name: 'Phòng khám An Bình' }),
  ]
  const names = (looked: string, here = null as { lat: string; lon: string } | null) =>
    [...piled(lines, looked, here, TODAY).values()].flat().map((l) => l.site?.state.name)

  it('needs no diacritics and looks into name, address and area', () => {
    expect(names('luc nam')).toEqual(['Cửa hàng xăng dầu Lục Nam'])
    expect(names('DAI PHAT')).toEqual(['Tiệm vàng Đại Phát'])
    expect(names('dinh tri vang')).toEqual(['Tiệm vàng Đại Phát'])
    expect(names('không có')).toEqual([])
  })

  it('by distance puts what is near first and what has no place last', () => {
    expect(names('', { lat: '21.2', lon: '106.2' })).toEqual(['Tiệm vàng Đại Phát', 'Cửa hàng xăng dầu Lục Nam', 'Phòng khám An Bình'])
    expect(lines.map((l) => metres(l, { lat: '21.2', lon: '106.2' })).at(-1)).toBeNull()
  })

  it('leaves out what the office merged into another', () => {
    const [kept, away] = [line({}, { name: 'a', merged_into: null }), line({}, { name: 'a', merged_into: crypto.randomUUID() })]
    expect([kept.site, away.site, line({}).site].map((site) => site !== undefined && isMerged(site))).toEqual([false, true, false])
  })

  it('folds as the office does', () => {
    expect(folded('  Đường  Lê Lợi ')).toBe('duong le loi')
    expect(matches('', ['x'])).toBe(true)
  })
})

describe('days', () => {
  it('are those of Vietnam', () => {
    expect(dayOf('2026-11-25T17:00:00Z')).toBe('2026-11-26')
    expect(clock('2026-11-25T17:05:00Z')).toBe('00:05')
    expect(moment('2021-08-05T01:12:05Z')).toBe('08:12 05/08/2021')
    expect(instant(new Date('2021-08-05T01:12:05Z'))).toBe('2021-08-05T08:12:05+07:00')
    expect(dayOf('no day')).toBeNull()
  })

  it('are read as here, and nothing is lost where there is none', () => {
    expect(shortDay('2021-08-05')).toBe('05/08/2021')
    expect(shortDay('giữa tháng 8')).toBe('giữa tháng 8')
  })

  it('hold to their end', () => {
    expect(isOver(TODAY, TODAY)).toBe(false)
    expect(isOver('2026-11-25', TODAY)).toBe(true)
    expect(isOver('', TODAY)).toBeNull()
  })
})

describe('an address', () => {
  const area = (state: State): Document => ({ kind: 'area', id: crypto.randomUUID(), scope: 'area:07444', rev: 1, waiting: 0, refused: 0, state })
  const names = areaNames([
    area({ code: '07444', name: 'Thị trấn Đồi Ngô', valid_from: '2021-01-01', valid_to: '2025-06-30' }),
    area({ code: '07444', name: 'Xã Lục Nam', valid_from: '2025-07-01', valid_to: null }), area({ code: '07222', name: 'Xã Song Mai', valid_to: null }),
  ]).get('07444') ?? []

  it('gets its commune by the name of today', () => {
    expect(names).toEqual(['Xã Lục Nam', 'Thị trấn Đồi Ngô'])
    expect(addressWith('Tổ dân phố 3', names)).toBe('Tổ dân phố 3, Xã Lục Nam')
    expect(addressWith('', names)).toBe('Xã Lục Nam')
    expect(addressWith('Tổ dân phố 3', [])).toBe('Tổ dân phố 3')
  })

  it.each(['Tổ dân phố 3, thị trấn Đồi Ngô', 'Thôn Già, xã Lục Nam', 'Khu 2, Phường Cũ, Tỉnh Bắc Giang'])('that names a commune gets no second one: %s', (said) => {
    expect(addressWith(said, names)).toBe(said)
  })

  it('on a provincial road names no province', () => {
    expect(addressWith('Km 5 Tỉnh lộ 293', names)).toBe('Km 5 Tỉnh lộ 293, Xã Lục Nam')
  })
})
