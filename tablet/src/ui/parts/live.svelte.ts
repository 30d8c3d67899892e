// What a screen reads from the tablet's database, drawn again when it changes.
import { liveQuery } from 'dexie'

export interface Live<T> {
  /** Undefined until the first answer came. */
  readonly value: T | undefined
  readonly error: unknown
}

/**
 * Watch a query for as long as the component lives. `make` reads the runes that the query depends on and returns the
 * query; where one of them changes, a new query is made: `live(() => { const kind = chosen; return () => all(s, kind) })`.
 * (The query itself runs later, in Dexie's own time, where Svelte no longer follows what it reads.)
 */
export function live<T>(make: () => () => T | Promise<T>): Live<T> {
  let value = $state.raw<T>()
  let error = $state.raw<unknown>(null)
  $effect(() => {
    const watching = liveQuery(asynchronous(make())).subscribe({
      next: (found) => {
        value = found
        error = null
      },
      error: (reason: unknown) => (error = reason),
    })
    return () => watching.unsubscribe()
  })
  return {
    get value() { return value },
    get error() { return error },
  }
}

/** Dexie follows what is read after an `await` only in a function that says itself that it is async. */
function asynchronous<T>(query: () => T | Promise<T>): () => Promise<T> {
  return async () => await query()
}

interface Source<T> { subscribe(hear: (value: T) => void): () => void }

/** Watch what the core tells (`status`, `onChange`): anything with `subscribe`. */
export function heard<T>(source: Source<T>, first: T): { readonly value: T } {
  let value = $state.raw(first)
  $effect(() => source.subscribe((said) => (value = said)))
  return { get value() { return value } }
}
