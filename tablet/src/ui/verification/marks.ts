// What was stuck on or sealed, against what the tablet's roll says comes next; and what a stocktake must explain.
import { folded } from '../work/reading.ts'

export type MarkKind = 'sticker' | 'seal'
/** The end of a serial that is enough to say: this is the one in my hand. */
const TAIL = 3

/** Whether what was typed or scanned is the mark that is next: whole, or its last three characters and more. */
export function matchOf(said: string, next: string | null): 'empty' | 'matches' | 'other' {
  const typed = bare(said)
  if (typed === '') return 'empty'
  if (next === null) return 'other'
  const own = bare(next)
  return typed === own || (typed.length >= TAIL && own.endsWith(typed)) ? 'matches' : 'other'
}

/** The serial in a scanned text: the text itself, or the last part of an address. */
export function serialIn(scanned: string): string {
  const said = scanned.trim()
  return /^https?:\/\//i.test(said) ? (said.split(/[/?#=&]/).filter(Boolean).at(-1) ?? said) : said
}

function bare(said: string): string {
  return folded(said).replace(/[\s.-]/g, '')
}

export interface Counted { expected: number; counted: string; explanation: string }

/** What stands against writing a count down: nothing counted, no number, or a difference that nobody explained. */
export function faultOf({ expected, counted, explanation }: Counted): 'empty' | 'number' | 'explain' | null {
  const said = counted.trim()
  if (said === '') return 'empty'
  if (!/^\d{1,6}$/.test(said)) return 'number'
  return Number(said) !== expected && explanation.trim() === '' ? 'explain' : null
}

export function differenceOf({ expected, counted }: Pick<Counted, 'expected' | 'counted'>): number | null {
  return /^\d{1,6}$/.test(counted.trim()) ? Number(counted.trim()) - expected : null
}
