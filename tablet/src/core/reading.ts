// Reading JSON states without trusting their shape: what has another shape than expected reads as nothing.
import type { Json, State } from './types.ts'

/** A document's state with its id, as the composer of papers takes it. */
export type Doc = State & { id: string }

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

export function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

/** Say whether a value is an object with named fields. */
export function isMap(value: unknown): value is State {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function map(value: Json | undefined): State {
  return isMap(value) ? value : {}
}

/** The objects in a list. */
export function maps(value: Json | undefined): State[] {
  return list(value).filter(isMap)
}

/** The texts in a list. */
export function texts(value: Json | undefined): string[] {
  return list(value).filter((each): each is string => typeof each === 'string')
}

export function filled(value: Json | undefined): boolean {
  return typeof value === 'string' && value.trim() !== ''
}

export function isVoided(state: State): boolean {
  return Object.keys(map(state.voided)).length > 0
}

/** Read a canonical text; {} for what is none. */
export function document(canonical: Json | undefined): State {
  try {
    const read: Json = JSON.parse(text(canonical))
    return map(read)
  } catch {
    return {}
  }
}
