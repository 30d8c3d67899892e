// A sample as its form holds it and as it is recorded; the rules are those of sync/samples.py.
import type { Json, State } from '../../core/types.ts'
import { t } from '../../i18n/index.ts'
import { recorded } from '../parts/comma.ts'
import { map, texts } from '../../core/reading.ts'
import { text } from './reading.ts'

export const UNITS = ['L', 'mL', 'kg', 'g', 'mg', 'm', 'cm', 'm2', 'cái', 'chiếc', 'mẫu', 'chai', 'lọ', 'bình', 'can', 'lon', 'hộp', 'gói', 'túi', 'bao', 'thùng', 'bộ'] as const
export const PURPOSES = ['test', 'retained_agency', 'retained_site', 'retained_other'] as const
export const TEXTS = ['product', 'code', 'grade', 'brand', 'batch', 'maker', 'place', 'method', 'stock', 'containers', 'condition'] as const

export interface Portion { key: string; purpose: string; quantity: string; seals: string; holder: string }
export interface Sample { texts: { [field: string]: string }; quantity: string; unit: string; portions: Portion[] }
export type Faults = { [field: string]: string }

export function sampleTyped(sample: State): Sample {
  const portions = Object.entries(map(sample.portions)).map(([key, value]): Portion => {
    const one = map(value)
    return { key, purpose: text(one.purpose), quantity: comma(one.quantity), seals: texts(one.seals).join('; '), holder: text(one.holder) }
  })
  return { texts: Object.fromEntries(TEXTS.map((field) => [field, text(sample[field])])), quantity: comma(sample.quantity), unit: text(sample.unit) || 'L', portions }
}

/** The fields that the team enters, with every fault by its box. */
export function sampleOf(typed: Sample): { state: State; faults: Faults } {
  const faults: Faults = {}
  const plain = (said: string) => said.normalize('NFC').replace(/\s+/g, ' ').trim()
  const own = Object.fromEntries(TEXTS.map((field) => [field, plain(typed.texts[field] ?? '')]))
  if (!own.product) faults.product = t('work.fault.empty')
  const quantity = amount(typed.quantity, 'quantity', faults)
  const seen = new Set<string>()
  const portions: State = {}
  for (const portion of typed.portions) {
    const seals = portion.seals.split(/[;,]/).map(plain).filter(Boolean)
    for (const seal of seals) {
      const key = seal.toLowerCase().replace(/\s/g, '')
      if (seen.has(key)) faults[`seals-${portion.key}`] = t('work.fault.seal', { seal })
      seen.add(key)
    }
    const part = amount(portion.quantity, `quantity-${portion.key}`, faults)
    portions[portion.key] = { purpose: portion.purpose, ...(part === null ? {} : { quantity: part, unit: typed.unit }), seals, holder: plain(portion.holder) }
  }
  return { state: { ...own, ...(quantity === null ? {} : { quantity, unit: typed.unit }), portions }, faults }
}

/** The first event of a sample's way: that it was taken. */
export function taken(at: string): Json[] {
  return [{ type: 'taken', at }]
}

export function sealsOf(sample: State): string[] {
  return Object.values(map(sample.portions)).flatMap((each) => texts(map(each).seals))
}

function amount(said: string, field: string, faults: Faults): string | null {
  if (said.trim() === '') return null
  const number = recorded(said)
  if (number === null || Number(number) <= 0) faults[field] = t('work.fault.quantity')
  return number
}

function comma(value: Json | undefined): string {
  return text(value).replace('.', ',')
}
