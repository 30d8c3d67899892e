// What a symbol on an instrument says: a serial, a mark, a certificate number, alone or within an address or a sentence.
import type { Document } from '../../core/types.ts'
import { folded, isVoid, text } from './reading.ts'

const NAMES = ['serial', 'mark_serial', 'certificate_number'] as const
/** Shorter ones stand by chance in almost any text. */
const LEAST = 3

/** The instruments that a scanned text names: by id, else exactly, else as a word of it. */
export function instrumentsIn(said: string, instruments: readonly Document[]): Document[] {
  const standing = instruments.filter((each) => !isVoid(each))
  const byId = standing.filter((each) => said.includes(each.id))
  if (byId.length > 0) return byId
  const hay = folded(said)
  const named = (whole: boolean) => standing.filter((each) => NAMES.some((name) => {
    const own = folded(text(each.state[name]))
    return own.length >= LEAST && (whole ? own === hay : hasWord(hay, own))
  }))
  const exact = named(true)
  return exact.length > 0 ? exact : named(false)
}

function hasWord(hay: string, own: string): boolean {
  const edge = (at: number) => at < 0 || at >= hay.length || !/[\p{L}\p{N}]/u.test(hay[at] ?? '')
  for (let at = hay.indexOf(own); at >= 0; at = hay.indexOf(own, at + 1)) if (edge(at - 1) && edge(at + own.length)) return true
  return false
}
