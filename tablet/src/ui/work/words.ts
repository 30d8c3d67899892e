// Words of documents on the working screens: kinds of instruments, states, answers, roles.
import type { Answer, State, Verdict } from '../../core/types.ts'
import { isKey, t } from '../../i18n/index.ts'
import type { IconName } from '../parts/icons.ts'
import { map } from '../../core/reading.ts'
import { text } from './reading.ts'

type Tone = 'good' | 'bad' | 'warn' | 'plain'

export const ANSWERS: readonly { value: Answer; icon: IconName; tone: Tone }[] = [
  { value: 'conforming', icon: 'check', tone: 'good' },
  { value: 'nonconforming', icon: 'close', tone: 'bad' },
  { value: 'not_checked', icon: 'question', tone: 'plain' },
  { value: 'not_applicable', icon: 'minus', tone: 'plain' },
]
export const VERDICTS: { readonly [verdict in Verdict]: { icon: IconName; tone: Tone } } = {
  pass: { icon: 'done', tone: 'good' },
  fail: { icon: 'refused', tone: 'bad' },
  inconclusive: { icon: 'question', tone: 'warn' },
}
export const STATES: { readonly [status: string]: { icon: IconName; tone: Tone | 'brand' } } = {
  planned: { icon: 'today', tone: 'plain' },
  in_progress: { icon: 'edit', tone: 'brand' },
  issued: { icon: 'document', tone: 'warn' },
  returned: { icon: 'undo', tone: 'bad' },
  approved: { icon: 'done', tone: 'good' },
  not_carried_out: { icon: 'refused', tone: 'plain' },
}
/** The kinds of instruments that checklists ask about (docs/checklists-format.md). */
export const INSTRUMENT_TYPES = [
  'fuel_dispenser', 'nozzle', 'weighing_instrument', 'weighbridge', 'analytical_balance', 'check_scale', 'taximeter', 'electricity_meter',
  'diagnostic_xray_unit', 'dose_rate_meter', 'contamination_meter', 'sphygmomanometer', 'clinical_thermometer', 'electrocardiograph',
  'electroencephalograph', 'patient_monitor',
] as const

/** The word of a code that the server keeps; the code itself where it is a new one. */
export function word(family: string, code: unknown): string {
  const key = `work.${family}.${text(code as string)}`
  return isKey(key) ? t(key as 'work.status.planned') : text(code as string)
}

/** Name an instrument as the paper does: "Cột đo xăng dầu số A-1". */
export function instrumentName(instrument: State): string {
  const label = text(map(instrument.attributes).label)
  const serial = text(instrument.serial)
  return [word('instrument', instrument.type) || t('work.instrument.other'), label, serial && t('work.instrument.serial', { serial })].filter(Boolean).join(' ')
}

/** Write metres as people say them. */
export function far(metres: number): string {
  if (metres < 1000) return t('work.metres', { n: Math.round(metres / 10) * 10 })
  return t('work.kilometres', { n: (metres / 1000).toFixed(metres < 10_000 ? 1 : 0).replace('.', ',') })
}
