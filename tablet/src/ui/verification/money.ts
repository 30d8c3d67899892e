// What is paid: amounts in whole đồng as decimal texts, prices of the table, sums by method.
import { maps } from '../../core/reading.ts'
import type { Document, State } from '../../core/types.ts'
import { isVoid, text } from '../work/reading.ts'

export const METHODS = ['cash', 'transfer', 'subsidised'] as const
export type Method = (typeof METHODS)[number]

/** An amount as it is typed, with points between thousands or none: its digits; null for what is no amount. */
export function amountOf(typed: string): string | null {
  const bare = typed.replace(/[\s.\u00a0]/g, '')
  return /^\d{1,13}$/.test(bare) ? bare.replace(/^0+(?=\d)/, '') : null
}

/** 1250000 as people read it: 1.250.000. */
export function dong(amount: string): string {
  return amount.replace(/\.\d+$/, '').replace(/\B(?=(\d{3})+(?!\d))/g, '.')
}

/** The sum of amounts; what is none counts for nothing. */
export function sum(amounts: readonly string[]): string {
  return amounts.reduce((whole, each) => whole + BigInt(/^\d+(\.0+)?$/.test(each) ? each.replace(/\..*$/, '') : '0'), 0n).toString()
}

/** The prices in force for a type of instrument on a day; the department's own table, none ships. */
export function pricesOf(prices: readonly Document[], type: string, on: string): Document[] {
  return prices.filter(({ state }) => {
    const [from, to] = [text(state.valid_from), text(state.valid_to)]
    return !state.struck && [type, '', 'other'].includes(text(state.instrument_type)) && (from === '' || from <= on) && (to === '' || on <= to)
  }).sort((a, b) => Number(text(b.state.instrument_type) === type) - Number(text(a.state.instrument_type) === type) || text(a.state.text).localeCompare(text(b.state.text), 'vi'))
}

/** The instruments of a slip that somebody has paid for. */
export function paidOf(payments: readonly Document[]): Set<string> {
  return new Set(payments.filter((each) => !isVoid(each)).flatMap((each) => maps(each.state.lines).map((line) => text(line.instrument_id))))
}

/** What came in by each method, and how often. */
export function byMethod(payments: readonly Document[]): { method: Method; count: number; amount: string }[] {
  const standing = payments.filter((each) => !isVoid(each)).map((each): State => each.state)
  return METHODS.map((method) => {
    const own = standing.filter((each) => each.method === method)
    return { method, count: own.length, amount: sum(own.map((each) => text(each.amount))) }
  })
}
