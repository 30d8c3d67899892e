// What is allowed in a site and an instrument found in the field: the office's rules (server/services/establishments.py).
import type { State } from '../../core/types.ts'
import { t } from '../../i18n/index.ts'
import { recorded } from '../parts/comma.ts'
import { map, texts } from '../../core/reading.ts'
import { text } from './reading.ts'

export type Faults = { [field: string]: string }
export type Typed = { [field: string]: string }

const MAX_TEXT = 500
const TAX_CODE = /^(\d{10}(-?\d{3})?|\d{12})$/
const PHONE = /^[0-9+() .,/;-]{3,60}$/
const YEAR = /^(19|20)\d\d$/
const AMOUNT = /^\d{1,15}$/

/** The texts of a site's form. */
export function siteTyped(site: State): Typed {
  const { name, title } = map(site.representative)
  return {
    name: text(site.name), address: text(site.address), area_code: text(site.area_code), tax_code: text(site.tax_code), phone: text(site.phone),
    representative: text(name), representative_title: text(title), business_lines: texts(site.business_lines).join('; '),
    lat: text(site.lat).replace('.', ','), lon: text(site.lon).replace('.', ','),
  }
}

/** A site's state of its form's texts, with every fault by its field. */
export function siteOf(typed: Typed): { state: State; faults: Faults } {
  const faults: Faults = {}
  const plain = lines(typed, faults)
  for (const field of ['name', 'address', 'area_code']) if (!plain[field]) faults[field] ??= t('work.fault.empty')
  const tax = (plain.tax_code ?? '').replace(/[ .]/g, '')
  if (tax !== '' && !TAX_CODE.test(tax)) faults.tax_code ??= t('work.fault.tax')
  if (plain.phone && !PHONE.test(plain.phone)) faults.phone ??= t('work.fault.phone')
  const [lat, lon] = [coordinate(plain, 'lat', 8, 24, faults), coordinate(plain, 'lon', 102, 118, faults)]
  if ((lat === null) !== (lon === null)) faults[lat === null ? 'lat' : 'lon'] ??= t('work.fault.both')
  const state: State = {
    name: plain.name ?? '', address: plain.address ?? '', area_code: plain.area_code ?? '', tax_code: /^\d{13}$/.test(tax) ? `${tax.slice(0, 10)}-${tax.slice(10)}` : tax,
    phone: plain.phone ?? '', representative: { name: plain.representative ?? '', title: plain.representative_title ?? '' }, lat, lon,
    business_lines: (plain.business_lines ?? '').split(/[;,]/).map((each) => each.trim()).filter(Boolean),
  }
  return { state, faults }
}

/** Attributes that the shipped checklists read, by type of instrument (docs/checklists-format.md). */
export function attributesOf(type: string): readonly { key: string; kind: 'text' | 'number' | 'choice'; choices?: readonly string[] }[] {
  const scale = [
    { key: 'max', kind: 'number' }, { key: 'e', kind: 'number' }, { key: 'accuracy_class', kind: 'choice', choices: ['I', 'II', 'III', 'IIII'] },
    { key: 'unit', kind: 'choice', choices: ['mg', 'g', 'kg', 't'] },
  ] as const
  if (type === 'weighing_instrument' || type === 'analytical_balance') return scale
  if (type === 'weighbridge') return [...scale, { key: 'pit_mounted', kind: 'choice', choices: ['true', 'false'] }]
  if (type === 'check_scale') return [...scale, { key: 'd', kind: 'number' }]
  if (type === 'sphygmomanometer') return [{ key: 'kind', kind: 'choice', choices: ['electronic', 'mechanical'] }]
  if (type === 'clinical_thermometer') return [{ key: 'kind', kind: 'choice', choices: ['glass', 'electronic'] }]
  return []
}

/** The texts of an instrument's form; attributes stand as `attributes.<key>`. */
export function instrumentTyped(instrument: State): Typed {
  const attributes = Object.entries(map(instrument.attributes)).map(([key, value]) => [`attributes.${key}`, text(value).replace(/^(\d+)\.(\d+)$/, '$1,$2')])
  const own = ['type', 'maker', 'model', 'serial', 'year', 'verified_until', 'mark_serial', 'certificate_number', 'new_price'].map((field) => [field, text(instrument[field])])
  return Object.fromEntries([...own, ...attributes])
}

/** An instrument's state of its form's texts, with every fault by its field. */
export function instrumentOf(typed: Typed): { state: State; faults: Faults } {
  const faults: Faults = {}
  const plain = lines(typed, faults)
  if (!plain.type) faults.type ??= t('work.fault.empty')
  if (plain.year && !YEAR.test(plain.year)) faults.year ??= t('work.fault.year')
  const price = (plain.new_price ?? '').replace(/[ .]/g, '')
  if (price !== '' && !AMOUNT.test(price)) faults.new_price ??= t('work.fault.amount')
  const attributes: State = {}
  for (const { key, kind } of attributesOf(plain.type ?? '')) {
    const said = plain[`attributes.${key}`] ?? ''
    const number = kind === 'number' ? recorded(said) : said
    if (said !== '' && number === null) faults[`attributes.${key}`] ??= t('shell.field.number')
    else if (said !== '') attributes[key] = number
  }
  // What the form does not show (a label, what the office added) stays.
  for (const [field, said] of Object.entries(plain)) {
    const key = field.replace(/^attributes\./, '')
    if (key !== field && said !== '' && !(key in attributes) && !(field in faults)) attributes[key] = said
  }
  const names = ['type', 'maker', 'model', 'serial', 'mark_serial', 'certificate_number']
  const texts = Object.fromEntries(names.map((name) => [name, plain[name] ?? '']))
  // A day, a year and an amount are what they are or nothing: the server takes no empty text for them.
  const others = { year: plain.year ? Number(plain.year) : null, verified_until: plain.verified_until || null, new_price: price || null }
  return { state: { ...texts, ...others, attributes }, faults }
}

function lines(typed: Typed, faults: Faults): Typed {
  const plain: Typed = {}
  for (const [field, said] of Object.entries(typed)) {
    plain[field] = said.normalize('NFC').replace(/\s+/g, ' ').trim()
    if (plain[field].length > MAX_TEXT) faults[field] = t('work.fault.long', { n: plain[field].length, most: MAX_TEXT })
  }
  return plain
}

function coordinate(plain: Typed, field: 'lat' | 'lon', least: number, most: number, faults: Faults): string | null {
  const said = plain[field] ?? ''
  if (said === '') return null
  const number = recorded(said)
  if (number === null || Number(number) < least || Number(number) > most) faults[field] ??= t(field === 'lat' ? 'work.fault.lat' : 'work.fault.lon')
  return number
}
