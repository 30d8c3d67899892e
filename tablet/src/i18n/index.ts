// Words on screens: t() says a sentence in the language chosen. Vietnamese is always there, English is fetched when chosen.
import type { Text } from '../core/types.ts'
import { core } from './vi/core.ts'
import { minutes } from './vi/minutes.ts'
import { shell } from './vi/shell.ts'
import type { verification } from './vi/verification.ts'
import { work } from './vi/work.ts'

const FIRST = { shell, work, minutes, core } as const
/** Rooms whose words come with their screens, for people who never open these carry nothing of them. */
interface Late { readonly verification: typeof verification }
/** The Vietnamese words that are here: the first rooms, and those that were furnished since. */
export const vi: typeof FIRST & Partial<Late> = { ...FIRST }
type Vi = typeof FIRST & Late
export type Room = keyof Vi
export type Language = 'vi' | 'en'
export type Dictionary = { readonly [R in Room]: { readonly [N in keyof Vi[R]]: string } }

/** `room.name`, for instance `shell.sync.now`. */
export type Key = { [R in Room]: `${R}.${keyof Vi[R] & string}` }[Room]
type Sentence<K> = K extends `${infer R}.${infer N}` ? (R extends Room ? (N extends keyof Vi[R] ? Vi[R][N] : never) : never) : never
type Blanks<S> = S extends `${string}{${infer B}}${infer Rest}` ? B | Blanks<Rest> : never
/** A key whose sentence has no blanks: what tables of words are made of. */
export type PlainKey = { [K in Key]: [Blanks<Sentence<K>>] extends [never] ? K : never }[Key]
type Given<K> = [Blanks<Sentence<K>>] extends [never] ? [] : [{ readonly [B in Blanks<Sentence<K>>]: string | number }]

let words: Partial<Dictionary> = vi
let chosen: Language = 'vi'

/** Say a sentence; what stands in {braces} is given by name. */
export function t<K extends Key>(key: K, ...given: Given<K>): string {
  return phrase(key, given[0] ?? {})
}

/** Say a sentence whose key was put together, and whose blanks are therefore known only now. */
export function phrase(key: Key, blanks: { readonly [name: string]: string | number }): string {
  const dot = key.indexOf('.')
  const room: { readonly [name: string]: string } = words[key.slice(0, dot) as Room] ?? {}
  return (room[key.slice(dot + 1)] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole))
}

/** Tell whether there are words for a key that was put together, such as the one of a server's code. */
export function isKey(key: string): key is Key {
  const dot = key.indexOf('.')
  const room = (vi as { readonly [room: string]: object })[key.slice(0, dot)]
  return room !== undefined && key.slice(dot + 1) in room
}

/** Say a text that carries both languages: checklists, rule sets. */
export function say(text: Text): string {
  return (chosen === 'en' && text.en) || text.vi
}

/** Bring the words of rooms that come late. */
export function furnish(rooms: Late): void {
  Object.assign(vi, rooms)
}

export function language(): Language {
  return chosen
}

/** Speak another language from now on; screens must be drawn again. */
export async function speak(next: Language): Promise<void> {
  words = next === 'en' ? (await import('./en/index.ts')).en : vi
  chosen = next
}
