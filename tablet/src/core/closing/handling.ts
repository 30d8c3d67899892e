// The way of a certificate after its issue, from the log minutes.handling: twin of sync/handling.py.
import { isVoided, maps } from '../reading.ts'
import { formOf, isCertificate, FORMS } from '../paper/forms.ts'
import type { State } from '../types.ts'

export type Step = 'signed' | 'delivered'
export type CertificateState = 'awaiting' | Step | 'void'
const STEPS: readonly Step[] = ['signed', 'delivered']

/** Where a certificate (its state) is; null for any other paper. The furthest step counts, in whatever order they came. */
export function certificateState(minutes: State): CertificateState | null {
  const form = FORMS.some((each) => each.code === minutes.form) ? formOf(String(minutes.form)) : null
  if (form === null || !isCertificate(form)) return null
  if (isVoided(minutes) || minutes.status === 'void') return 'void'
  const taken = maps(minutes.handling).map((entry) => entry.step)
  return STEPS.findLast((step) => taken.includes(step)) ?? 'awaiting'
}

/** Whether a step may come next: what is signed is delivered, and nothing happens twice. */
export function mayTake(minutes: State, step: Step): boolean {
  return certificateState(minutes) === (step === 'signed' ? 'awaiting' : 'signed')
}
