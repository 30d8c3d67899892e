// Sites, instruments and samples found in the field obey the office's rules, and a correction loses nothing it does not show.
import { describe, expect, it } from 'vitest'
import { instrumentOf, instrumentTyped, siteOf, siteTyped } from '../../src/ui/work/fields.ts'
import { sampleOf, sampleTyped } from '../../src/ui/work/samples.ts'

const SITE = {
  name: 'Cửa hàng xăng dầu Song Mai', address: 'Thôn Phúc Thượng', area_code: '07222', tax_code: '2400000017-001', phone: '0204 3850 000',
  representative: { name: 'Nguyễn Văn Hậu', title: 'Cửa hàng trưởng' }, lat: '21.290000', lon: '106.190000', business_lines: ['bán lẻ xăng dầu'],
}

describe('a site', () => {
  it('that nobody changed comes out of its form as it went in', () => {
    expect(siteOf(siteTyped(SITE))).toEqual({ state: SITE, faults: {} })
  })

  it('has every fault named by its box', () => {
    const typed = { ...siteTyped(SITE), name: ' ', tax_code: '123', phone: 'không có', lat: '106', lon: '', area_code: '' }
    expect(Object.keys(siteOf(typed).faults).sort()).toEqual(['area_code', 'lat', 'lon', 'name', 'phone', 'tax_code'])
  })

  it('takes a tax code and coordinates as people write them', () => {
    const { state, faults } = siteOf({ ...siteTyped(SITE), tax_code: '2400 000 017 001', lat: '21,3', lon: '106,2' })
    expect(faults).toEqual({})
    expect([state.tax_code, state.lat, state.lon]).toEqual(['2400000017-001', '21.3', '106.2'])
  })
})

describe('an instrument', () => {
  const SCALE = {
    type: 'weighing_instrument', maker: 'Nhơn Hòa', model: 'CĐH-60', serial: 'N-7', year: 2019, verified_until: '2027-01-31', mark_serial: '', certificate_number: '',
    new_price: '2500000', attributes: { accuracy_class: 'III', e: '0.2', unit: 'kg', label: 'quầy 2' },
  }

  it('keeps attributes that its form does not show', () => {
    expect(instrumentOf(instrumentTyped(SCALE))).toEqual({ state: SCALE, faults: {} })
  })

  it('says nothing of a day, a year, an amount that nobody wrote', () => {
    const { state } = instrumentOf({ ...instrumentTyped(SCALE), year: '', verified_until: '', new_price: '' })
    expect([state.year, state.verified_until, state.new_price]).toEqual([null, null, null])
  })

  it('reads e with a comma and a price with points', () => {
    const { state } = instrumentOf({ ...instrumentTyped(SCALE), 'attributes.e': '0,5', new_price: '3.000.000' })
    expect(state.attributes).toMatchObject({ e: '0.5' })
    expect(state.new_price).toBe('3000000')
  })

  it('has every fault named by its box', () => {
    const typed = { ...instrumentTyped(SCALE), type: '', year: '19', new_price: 'nhiều' }
    expect(Object.keys(instrumentOf(typed).faults).sort()).toEqual(['new_price', 'type', 'year'])
    expect(Object.keys(instrumentOf({ ...instrumentTyped(SCALE), 'attributes.e': 'một' }).faults)).toEqual(['attributes.e'])
  })
})

describe('a sample', () => {
  const portion = { key: 'p1', purpose: 'test', quantity: '1,5', seals: 'NP-01; NP-02', holder: 'Đoàn' }
  const texts = { product: 'Xăng E5 RON 92' }

  it('is recorded with decimal strings and its seals one by one', () => {
    const { state, faults } = sampleOf({ texts, quantity: '3', unit: 'L', portions: [portion] })
    expect(faults).toEqual({})
    expect(state).toMatchObject({ product: 'Xăng E5 RON 92', quantity: '3', unit: 'L', portions: { p1: { quantity: '1.5', unit: 'L', seals: ['NP-01', 'NP-02'] } } })
    expect(sampleTyped(state).portions).toEqual([portion])
  })

  it('refuses a seal that stands twice, an amount of nothing, and no product', () => {
    const again = { ...portion, key: 'p2', seals: 'np-01', quantity: '0' }
    expect(Object.keys(sampleOf({ texts: {}, quantity: 'x', unit: 'L', portions: [portion, again] }).faults).sort()).toEqual(['product', 'quantity', 'quantity-p2', 'seals-p2'])
  })
})
