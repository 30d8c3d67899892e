// Asking the server: what counts as an answer, what as none, and what each refusal means to the person.
import type { State } from '../types.ts'
import { isMap } from '../reading.ts'
import { Trouble, type TroubleKey } from '../trouble.ts'

export interface Link {
  /** Where the server is; empty: where the app came from. */
  base: string
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** How long an answer may take (ms). */
  patience: number
}

export interface Question {
  token?: string | null
  body?: State
  /** gzip the body. */
  compress?: boolean
}

export interface Answered {
  json: State
  /** When it was asked and answered by the tablet's clock (ms). */
  asked: number
  came: number
}

const API = '/api/v1'
const GZIP_FROM = 1024

export const link: Link = { base: '', fetch: (url, init) => fetch(url, init), patience: 60_000 }

/** No answer of the server's: no network, a network that answers in its place, or none in time. */
export class Unanswered extends Error {
  constructor(readonly kind: 'offline' | 'portal' | 'late', message: string) {
    super(message)
    this.name = 'Unanswered'
  }
}

/** The server's refusal, as its problem document says it. */
export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, readonly detail: string, readonly wait: number | null, readonly problem: State) {
    super(`${status} ${code}: ${detail}`)
    this.name = 'Refused'
  }
}

/** Ask for JSON by JSON. */
export async function ask(method: 'GET' | 'POST', path: string, question: Question = {}): Promise<Answered> {
  const asked = Date.now()
  const headers: Record<string, string> = { Accept: 'application/json' }
  let body: BodyInit | undefined
  if (question.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    const text = new TextEncoder().encode(JSON.stringify(question.body))
    const small = question.compress && text.length >= GZIP_FROM ? await gzipped(text) : null
    if (small) headers['Content-Encoding'] = 'gzip'
    body = small ?? text
  }
  const answer = await send(method, API + path, headers, question.token ?? null, body)
  const json = await readJson(answer)
  if (!answer.ok) throw refusal(answer, json)
  if (json === null) throw new Unanswered('portal', `${answer.status} without JSON`)
  return { json, asked, came: Date.now() }
}

/** Send one request; only what is no answer at all throws. */
export async function send(
  method: string, path: string, headers: Record<string, string>, token: string | null, body?: BodyInit,
): Promise<Response> {
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), link.patience)
  if (token !== null) headers = { ...headers, Authorization: `Bearer ${token}` }
  try {
    const answer = await link.fetch(link.base + path, {
      method, headers, body, signal: abort.signal, credentials: 'omit', cache: 'no-store', redirect: 'manual',
    })
    if (answer.type === 'opaqueredirect' || (answer.status >= 300 && answer.status < 400)) throw new Unanswered('portal', 'redirected')
    return answer
  } catch (error) {
    if (error instanceof Unanswered) throw error
    throw new Unanswered(abort.signal.aborted ? 'late' : 'offline', String(error))
  } finally {
    clearTimeout(timer)
  }
}

/** Read a refusal. One without the server's `code` comes from something in between, unless it is a server error. */
export function refusal(answer: Response, json: State | null): Refused | Unanswered {
  const wait = Number(answer.headers.get('Retry-After'))
  const seconds = Number.isFinite(wait) && wait > 0 ? wait : null
  if (json !== null && typeof json.code === 'string') return new Refused(answer.status, json.code, String(json.detail ?? ''), seconds, json)
  if ([401, 403, 407, 511].includes(answer.status)) return new Unanswered('portal', `${answer.status} without a code`)
  return new Refused(answer.status, 'unknown', '', seconds, {})
}

/** Read a body as a JSON object; null for anything else. A body that breaks off is no answer. */
export async function readJson(answer: Response): Promise<State | null> {
  let text: string
  try {
    text = await answer.text()
  } catch (error) {
    throw new Unanswered('offline', String(error))
  }
  try {
    const json: unknown = JSON.parse(text)
    return isMap(json) ? json : null
  } catch {
    return null
  }
}

/** Say in words why something was not answered or refused. */
export function reasonOf(error: unknown): { key: TroubleKey; detail: string | null } {
  if (error instanceof Trouble) return { key: error.key, detail: error.detail }
  if (error instanceof Unanswered) return { key: error.kind === 'portal' ? 'portal' : 'offline', detail: null }
  if (!(error instanceof Refused)) return { key: 'server_error', detail: null }
  const detail = error.detail || null
  if (error.status === 401) return { key: 'sign_in', detail }
  if (error.status === 403) return { key: 'revoked', detail }
  if (error.status === 426) return { key: 'upgrade', detail }
  if (error.status === 429 || error.status === 503) return { key: 'busy', detail }
  if (error.code === 'device_gap') return { key: 'gap', detail }
  return { key: error.status >= 500 ? 'server_error' : 'app_fault', detail }
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer | null> {
  if (typeof CompressionStream === 'undefined') return null
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}
