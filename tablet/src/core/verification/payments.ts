// What owners pay: lines and their sum in whole đồng, written once.
import { instant } from '../days.ts'
import { create } from '../outbox/record.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { Document, State } from '../types.ts'

/** One instrument's price; `price_id` names the row of the table, null where the amount was typed. */
export interface Line {
  instrument_id: string
  price_id: string | null
  text: string
  amount: string
}
export interface Payment {
  lines: Line[]
  method: 'cash' | 'transfer' | 'subsidised'
  /** {name, tax_code, address, email}: what an invoice needs. */
  payer: State
  amount: string
}

/** Record what was paid for a slip; taken after its last paper, too. Refuses lines that do not add up. */
export async function pay(s: Session, slip: Document, payment: Payment): Promise<string> {
  const { lines, method, payer, amount } = payment
  if (total(lines.map((line) => line.amount)) !== total([amount])) throw new Trouble('payment_sum')
  const rows: State[] = lines.map((line) => ({ ...line }))
  return create(s, 'payment', { scope: slip.scope, parent: slip.id, set: { inspection_id: slip.id, lines: rows, method, payer, amount, at: instant() } })
}

/** The sum of amounts, digits alone or with zeros behind a point; -1 for what is none. */
function total(amounts: readonly string[]): bigint {
  return amounts.every((each) => /^\d+(\.0+)?$/.test(each)) ? amounts.reduce((sum, each) => sum + BigInt(each.replace(/\..*$/, '')), 0n) : -1n
}
