// Handing over: instruments back to their owner with what was paid, papers signed and delivered.
import { instant } from '../days.ts'
import { append, patch, transaction } from '../outbox/record.ts'
import { map } from '../reading.ts'
import { get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { Document } from '../types.ts'
import { pay, type Payment } from './payments.ts'

/** Hand instruments of a slip back to somebody; the payment is recorded with it, or neither is. */
export function handBack(s: Session, slip: Document, given: { instruments: readonly string[]; to: string; payment: Payment | null }): Promise<string> {
  return transaction(s, async () => {
    const present = await get(s, 'inspection', slip.id)
    if (present === undefined) throw new Trouble('not_found')
    const at = instant()
    const rows = Object.fromEntries(given.instruments.map((instrument) => [instrument, { at, to: given.to }]))
    await patch(s, 'inspection', slip.id, { handed_back: { ...rows, ...map(present.state.handed_back) } })
    if (given.payment !== null) await pay(s, present, given.payment)
    return slip.id
  })
}

/** Write what happened to an issued paper: signed by its head, delivered to somebody. The log only grows. */
export function handle(s: Session, minutes: string, step: { step: 'signed' | 'delivered'; name?: string; title?: string; to?: string }): Promise<string> {
  return append(s, 'minutes', minutes, { handling: [{ ...step, by: s.user.id, at: instant() }] })
}
