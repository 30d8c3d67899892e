// Reading the server's answers strictly: what does not look like one is none, and nothing is thrown away on its word.
import type { Json, Kind, Lease, Operation, PullItem, Result, State } from '../types.ts'
import { isMap } from '../reading.ts'
import { Unanswered } from './http.ts'

export interface Pushed {
  epoch: string
  server_time: string
  next_device_seq: number
  durable: { [scope: string]: number }
  results: Result[]
}

export interface Greeted {
  epoch: string
  server_time: string
  next_device_seq: number
  durable: { [scope: string]: number }
  scopes: string[]
  leases: Lease[]
  refused_leases: { id: string; detail: string }[]
  rules: { version: string; sha256: string }
  max_ops: number
  max_body_bytes: number
  host: string
}

export interface Page {
  epoch: string
  items: PullItem[]
  revoked: string[]
  cursor: string
  more: boolean
}

/** Read a push's answer: exactly one result for each operation, in order, by its op_id. */
export function pushedOf(json: State, ops: readonly Operation[]): Pushed {
  const results = list(json, 'results').map(resultOf)
  if (results.length !== ops.length || results.some((result, index) => result.op_id !== ops[index]?.op_id)) {
    throw new Unanswered('portal', 'results do not match the operations')
  }
  return {
    epoch: text(json, 'epoch'), server_time: text(json, 'server_time'), next_device_seq: whole(json, 'next_device_seq'),
    durable: durableOf(json), results,
  }
}

/** Read a hello's answer. */
export function greetedOf(json: State): Greeted {
  const [limits, rules] = [map(json, 'limits'), map(json, 'rules')]
  return {
    epoch: text(json, 'epoch'), server_time: text(json, 'server_time'), next_device_seq: whole(json, 'next_device_seq'),
    durable: durableOf(json), scopes: list(json, 'scopes').map(String), leases: list(json, 'leases').map(leaseOf),
    refused_leases: list(json, 'refused_leases').flatMap((row) => (isMap(row) ? [{ id: text(row, 'id'), detail: text(row, 'detail') }] : [])),
    rules: { version: text(rules, 'version'), sha256: text(rules, 'sha256') },
    max_ops: whole(limits, 'max_ops'), max_body_bytes: whole(limits, 'max_body_bytes'), host: text(json, 'host'),
  }
}

/** Read a page of a pull. */
export function pageOf(json: State): Page {
  return {
    epoch: text(json, 'epoch'), items: list(json, 'items').map(itemOf), revoked: list(json, 'revoked').map(String),
    cursor: text(json, 'cursor'), more: json.more === true,
  }
}

/** Read a lease. */
export function leaseOf(json: Json): Lease {
  if (!isMap(json)) throw new Unanswered('portal', 'no lease')
  return {
    id: text(json, 'id'), series: text(json, 'series'), symbol: text(json, 'symbol'), year: whole(json, 'year'),
    from: whole(json, 'from'), to: whole(json, 'to'), expires_on: text(json, 'expires_on'),
  }
}

export function text(json: State, name: string): string {
  const value = json[name]
  if (typeof value !== 'string') throw new Unanswered('portal', `no ${name}`)
  return value
}

export function map(json: State, name: string): State {
  const value = json[name]
  if (!isMap(value)) throw new Unanswered('portal', `no ${name}`)
  return value
}

export function list(json: State, name: string): Json[] {
  const value = json[name]
  if (!Array.isArray(value)) throw new Unanswered('portal', `no ${name}`)
  return value
}

function whole(json: State, name: string): number {
  const value = json[name]
  if (typeof value !== 'number') throw new Unanswered('portal', `no ${name}`)
  return value
}

function durableOf(json: State): { [scope: string]: number } {
  return Object.fromEntries(Object.entries(map(json, 'durable')).filter((pair): pair is [string, number] => typeof pair[1] === 'number'))
}

const STATUSES = ['applied', 'merged', 'held', 'quarantined'] as const

/** Read one result, as push and receipts tell it. */
export function resultOf(json: Json): Result {
  const status = isMap(json) ? STATUSES.find((each) => each === json.status) : undefined
  if (!isMap(json) || status === undefined) throw new Unanswered('portal', 'no result')
  const optional = (name: string): string | null => (typeof json[name] === 'string' ? json[name] : null)
  const count = (name: string): number | null => (typeof json[name] === 'number' ? json[name] : null)
  // Revision 0 says that the server has no such document that this device may see.
  const current = isMap(json.current) && json.current.rev !== 0 ? json.current : null
  return {
    op_id: text(json, 'op_id'), status, replay: json.replay === true, rev: count('rev'), scope: optional('scope') ?? '', seq: count('seq'),
    code: optional('code'), detail: optional('detail'), conflicts: isMap(json.conflicts) ? json.conflicts : null,
    current: current && { rev: whole(current, 'rev'), deleted: current.deleted === true, state: isMap(current.state) ? current.state : {} },
  }
}

function itemOf(json: Json): PullItem {
  if (!isMap(json)) throw new Unanswered('portal', 'no item')
  const gone = json.gone === 'moved' || json.gone === 'deleted' ? json.gone : undefined
  const place = { scope: text(json, 'scope'), seq: whole(json, 'seq'), kind: text(json, 'kind') as Kind, id: text(json, 'id') } // unknown kinds are left out by the caller
  return gone ? { ...place, rev: 0, state: {}, gone } : { ...place, rev: whole(json, 'rev'), state: map(json, 'state') }
}
