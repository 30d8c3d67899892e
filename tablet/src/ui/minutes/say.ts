// Codes of the closing core in words.
import type { Paper } from '../../core/closing/case.ts'
import type { Concern } from '../../core/closing/closing.ts'
import type { Blocked, Lack } from '../../core/closing/forms.ts'
import type { Fault } from '../../core/closing/signatures.ts'
import { shortDay } from '../../core/days.ts'
import { Trouble } from '../../core/trouble.ts'
import { isKey, t } from '../../i18n/index.ts'
import type { IconName } from '../parts/icons.ts'

const LACKS: Record<Lack, () => string> = {
  cause: () => t('minutes.lack.cause'), at: () => t('minutes.lack.at'), photo: () => t('minutes.lack.photo'), witness: () => t('minutes.lack.witness'),
}

export function formName(form: string): string {
  return word(`minutes.form.${form}`) ?? t('minutes.form.other')
}

export function statusName(status: string): string {
  return word(`minutes.status.${status}`) ?? status
}

export function measureName(type: string): string {
  return word(`minutes.measure.${type}`) ?? type
}

export function outcomeName(outcome: string): string {
  return word(`minutes.outcome.${outcome}`) ?? outcome
}

export function roleName(role: string): string {
  return word(`minutes.role.${role}`) ?? role
}

/** A sentence without blanks under a key that was put together. */
function word(key: string): string | undefined {
  return isKey(key) ? t(key as 'minutes.title') : undefined // only keys without blanks are put together here
}

export function sayBlocked(why: Blocked): string {
  if (why.code === 'already') return t('minutes.blocked.already', { number: why.number })
  if (why.code === 'status') return t('minutes.blocked.status', { status: statusName(why.status) })
  if (why.code === 'attempt') return t('minutes.blocked.attempt', { lacks: why.lacks.map((lack) => LACKS[lack]()).join(', ') })
  if (why.code === 'measures_done') return t('minutes.blocked.measures_done')
  if (why.code === 'no_measure') return why.measure === 'seal' ? t('minutes.blocked.no_seal') : t('minutes.blocked.no_unseal')
  return word(`minutes.blocked.${why.code}`) ?? why.code
}

/** One sentence for a concern that is not about an item. */
export function sayConcern(each: Exclude<Concern, { at: object }>): string {
  switch (each.code) {
    case 'blocked': return sayBlocked(each.why)
    case 'no_numbers': return t('minutes.check.no_numbers', { series: each.series, year: each.year })
    case 'few_numbers': return t('minutes.check.few_numbers', { series: each.series, year: each.year, left: each.left })
    case 'clock': return each.minutes > 0 ? t('minutes.check.clock_fast', { minutes: each.minutes }) : t('minutes.check.clock_slow', { minutes: -each.minutes })
    case 'standard': {
      const given = { name: each.name, serial: each.serial, until: shortDay(each.until) }
      return each.reason === '' ? t('minutes.check.standard', given) : t('minutes.check.standard.reason', { ...given, reason: each.reason })
    }
    case 'conflicts': return t('minutes.check.conflicts', { count: each.count })
    case 'member': return t('minutes.check.member', { name: each.name, count: each.count })
    case 'unsent': return t('minutes.check.unsent', { count: each.count })
    case 'samples': return t('minutes.check.samples', { count: each.count })
    default: return word(`minutes.check.${each.code}`) ?? each.code
  }
}

export function sayFault(fault: Fault): string {
  return word(`minutes.signing.fault.${fault}`) ?? fault
}

/** The state of a paper as a chip: word, tone, symbol. */
export function paperState(paper: Paper, awaiting: boolean): { word: string; tone: 'good' | 'bad' | 'warn' | 'brand' | 'plain'; icon: IconName } {
  if (paper.status === 'void') return { word: t('minutes.paper.void'), tone: 'bad', icon: 'refused' }
  if (paper.status === 'conflicting') return { word: t('minutes.paper.conflicting'), tone: 'bad', icon: 'alert' }
  if (paper.isRefused) return { word: t('minutes.paper.quarantined'), tone: 'bad', icon: 'alert' }
  if (awaiting) return { word: t('minutes.paper.awaiting'), tone: 'warn', icon: 'waiting' }
  if (paper.status === 'amended') return { word: t('minutes.paper.amended'), tone: 'brand', icon: 'history' }
  return { word: t('minutes.paper.issued'), tone: 'good', icon: 'done' }
}

/** Why something failed, in words. */
export function sayTrouble(error: unknown): string {
  if (error instanceof Trouble || error instanceof Error) return error.message
  return String(error)
}
