// Brings this room's words with its first screen, and says the words of codes that only this room knows.
import { furnish, isKey, t } from '../../i18n/index.ts'
import { verification } from '../../i18n/vi/verification.ts'
import type { IconName } from '../parts/icons.ts'

furnish({ verification })

type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'brand'

/** How an instrument stands in the queue, in the order in which it goes through it. */
export const STATES = ['received', 'under_test', 'passed', 'failed', 'inconclusive', 'handed_back'] as const
export type QueueState = (typeof STATES)[number]
export const LOOKS: { readonly [state in QueueState]: { icon: IconName; tone: Tone } } = {
  received: { icon: 'waiting', tone: 'plain' },
  under_test: { icon: 'figure', tone: 'brand' },
  passed: { icon: 'done', tone: 'good' },
  failed: { icon: 'refused', tone: 'bad' },
  inconclusive: { icon: 'question', tone: 'warn' },
  handed_back: { icon: 'leave', tone: 'plain' },
}

/** A procedure by its code in the checklist: 30-2019 is ĐLVN 30:2019. */
export function procedure(code: string): string {
  return /^\d/.test(code) ? t('verification.procedure.of', { code: code.replace('-', ':') }) : t('verification.procedure.other')
}

/** The word of a code; the code itself where it is a new one. */
export function word(family: 'state' | 'kind' | 'method' | 'fate' | 'differs', code: string): string {
  const key = `verification.${family}.${code}`
  return isKey(key) ? t(key as 'verification.state.received') : code
}
