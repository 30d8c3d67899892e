// What can go wrong in words: one typed error whose sentence stands in i18n/*/core.ts.
import { core as words } from '../i18n/vi/core.ts'

export type TroubleKey = keyof typeof words

/** An expected refusal; `key` is its sentence in i18n/*\/core.ts, `values` fill it in, `detail` is the server's own word. */
export class Trouble extends Error {
  constructor(readonly key: TroubleKey, readonly values: Record<string, string | number> = {}, readonly detail: string | null = null) {
    super(detail ?? filled(words[key], values))
    this.name = 'Trouble'
  }
}

/** Say whether this names one of the core's sentences. */
export function isTrouble(key: string): key is TroubleKey {
  return Object.hasOwn(words, key)
}

/** Put values into a sentence: `{name}` becomes its value. */
export function filled(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** Name a failed write of the browser's storage; everything else passes as it is. */
export function named(error: unknown): unknown {
  const seen = error as { name?: string; inner?: { name?: string } } | null // whatever was thrown
  const isFull = [seen?.name, seen?.inner?.name].includes('QuotaExceededError')
  return isFull ? new Trouble('storage_full') : error
}
