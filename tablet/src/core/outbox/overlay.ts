// What the tablet shows: the server's state with the operations that wait laid over it, field by field as sync/merge.py.
import type { Json, Kind, Operation, State } from '../types.ts'
import { mergingOf } from './kinds.ts'
import { canonical, same } from './values.ts'
import { isMap } from '../reading.ts'

/** Lay operations over a state in their order; null: there is no document, or it is deleted. */
export function overlay(kind: Kind, state: State | null, operations: readonly Operation[], actor: string): State | null {
  return operations.reduce((seen: State | null, op) => laid(kind, seen, op, actor), state)
}

function laid(kind: Kind, state: State | null, op: Operation, actor: string): State | null {
  if (op.type === 'delete') return null
  if (op.type === 'void') return { ...state, voided: { reason: op.set.reason ?? '', actor, at: op.at, op_id: op.op_id } }
  if (op.type === 'resolve') return credited(kind, state ?? {}, resolved(kind, state ?? {}, op.set), actor, op.at)
  const after: State = state === null ? { created_by: actor } : { ...state }
  for (const [name, mine] of Object.entries(op.set)) after[name] = merged(kind, name, after[name], mine, op.base[name])
  return credited(kind, state ?? {}, after, actor, op.at)
}

/** Who wrote the value that stands is said beside those that lost: here whoever wrote it over what stood before. */
function credited(kind: Kind, before: State, after: State, actor: string, at: string): State {
  const paths = Object.keys(asMap(after.conflicts)).filter((path) => !same(valueAt(kind, before, path), valueAt(kind, after, path)))
  if (paths.length === 0) return after
  const named = (records: Json | undefined): Json[] => asList(records).map((each) => (isMap(each) ? { ...each, kept: { actor, at } } : each))
  const conflicts = asMap(after.conflicts)
  return { ...after, conflicts: { ...conflicts, ...Object.fromEntries(paths.map((path) => [path, named(conflicts[path])])) } }
}

/** One field: what was typed here shows over the server's value until the server has decided. */
function merged(kind: Kind, name: string, current: Json | undefined, mine: Json, base: Json | undefined): Json {
  const { lists, maps, logs } = mergingOf(kind)
  if (lists.has(name)) return mergeLists(asList(current), asList(mine), asList(base))
  if (logs.has(name)) return mergeLists(asList(current), asList(mine), [])
  if (maps.has(name)) return mergeMaps(asMap(current), asMap(mine), asMap(base))
  return same(mine, base) && current !== undefined ? current : mine
}

/** Merge lists as sets: additions united, removals relative to base. */
export function mergeLists(current: readonly Json[], mine: readonly Json[], base: readonly Json[]): Json[] {
  const [old, wanted, now] = [keyed(base), keyed(mine), keyed(current)]
  if (sameKeys(old, now)) return [...wanted.values()]
  const kept = new Map([...now, ...wanted].filter(([key]) => (now.has(key) || !old.has(key)) && (wanted.has(key) || !old.has(key))))
  if (sameKeys(kept, now)) return [...now.values()]
  return [...kept.keys()].sort().map((key) => kept.get(key) ?? null)
}

function mergeMaps(current: State, mine: State, base: State): State {
  const after = { ...current }
  for (const key of new Set([...Object.keys(mine), ...Object.keys(base)])) {
    const [now, wanted, before] = [current[key], mine[key] ?? null, base[key]]
    const value = Array.isArray(wanted) && Array.isArray(now) ? mergeLists(now, wanted, asList(before)) : wanted
    if (same(value, before)) continue
    if (value === null) delete after[key]
    else after[key] = value
  }
  return after
}

function resolved(kind: Kind, state: State, set: State): State {
  const path = String(set.field)
  const named = new Set(asList(set.op_ids))
  const all = asMap(state.conflicts)
  const left = asList(all[path]).filter((record) => !(isMap(record) && named.has(record.op_id ?? null)))
  const { [path]: _, ...others } = all
  const after: State = { ...state, conflicts: left.length > 0 ? { ...others, [path]: left } : others }
  return putAt(kind, after, path, set.value ?? null)
}

/** Return the value of a field, or of one key of a map written `map.key`. */
export function valueAt(kind: Kind, state: State, path: string): Json {
  const [name, key] = split(kind, path)
  return (key === null ? state[name] : asMap(state[name])[key]) ?? null
}

function putAt(kind: Kind, state: State, path: string, value: Json): State {
  const [name, key] = split(kind, path)
  if (key === null) return { ...state, [name]: value }
  const { [key]: _, ...rest } = asMap(state[name])
  return { ...state, [name]: value === null ? rest : { ...rest, [key]: value } }
}

function split(kind: Kind, path: string): [string, string | null] {
  const dot = path.indexOf('.')
  const name = dot < 0 ? path : path.slice(0, dot)
  return dot >= 0 && mergingOf(kind).maps.has(name) ? [name, path.slice(dot + 1)] : [path, null]
}

function keyed(values: readonly Json[]): Map<string, Json> {
  return new Map(values.map((value) => [canonical(value), value]))
}

function sameKeys(one: Map<string, Json>, other: Map<string, Json>): boolean {
  return one.size === other.size && [...one.keys()].every((key) => other.has(key))
}

function asList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : []
}

function asMap(value: Json | undefined): State {
  return isMap(value) ? value : {}
}
