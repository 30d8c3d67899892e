// What goes wrong between tablet and server, on order or by chance with a seed.

/** none: nothing goes wrong this time; before: never sent; lost: answered, but the answer did not arrive; half: the answer breaks off; a number: that status instead. */
export type Fault = 'none' | 'before' | 'lost' | 'half' | number

export interface Ordered {
  path: string
  fault: Fault
  times: number
}

export interface Trouble {
  ordered: Ordered[]
  /** How often by chance, of 1. */
  rate: number
  seed: number
  /** Every request that was sent, with the answer's status. */
  sent: { method: string; path: string; status: number; bytes: number; ops: number }[]
}

export function quiet(): Trouble {
  return { ordered: [], rate: 0, seed: 1, sent: [] }
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A network with these troubles. */
export function troubled(trouble: Trouble, real: Fetch = (url, init) => fetch(url, init)): Fetch {
  return async (url, init) => {
    const path = new URL(url).pathname
    const fault = next(trouble, path)
    if (fault === 'before') throw new TypeError('fetch failed')
    if (typeof fault === 'number') return new Response('', { status: fault })
    const answer = await real(url, init)
    trouble.sent.push({ method: init.method ?? 'GET', path, status: answer.status, bytes: sizeOf(init.body), ops: 0 })
    if (fault === 'lost') throw new TypeError('fetch failed')
    if (fault === 'half') return halved(answer)
    return answer
  }
}

function next(trouble: Trouble, path: string): Fault | null {
  const ordered = trouble.ordered.find((each) => each.times > 0 && path.includes(each.path))
  if (ordered) {
    ordered.times--
    return ordered.fault
  }
  if (trouble.rate === 0 || chance(trouble) >= trouble.rate) return null
  return (['before', 'lost', 'half', 503] as const)[Math.floor(chance(trouble) * 4)] ?? null
}

/** mulberry32: the same seed, the same troubles. */
function chance(trouble: Trouble): number {
  trouble.seed = (trouble.seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(trouble.seed ^ (trouble.seed >>> 15), 1 | trouble.seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
}

function sizeOf(body: RequestInit['body']): number {
  return body instanceof ArrayBuffer ? body.byteLength : body instanceof Uint8Array ? body.byteLength : 0
}

function halved(answer: Response): Response {
  const body = new ReadableStream({
    async start(controller) {
      const bytes = new Uint8Array(await answer.arrayBuffer())
      controller.enqueue(bytes.slice(0, Math.floor(bytes.length / 2)))
      controller.error(new TypeError('terminated'))
    },
  })
  return new Response(body, { status: answer.status, headers: answer.headers })
}
