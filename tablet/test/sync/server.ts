// A small server in memory with the protocol's outer rules: numbering, receipts, epochs, one feed. What an operation means is simple.
import { canonical, same } from '../../src/core/outbox/values.ts'
import type { Json, Operation, State } from '../../src/core/types.ts'

interface Stored {
  kind: string
  id: string
  scope: string
  rev: number
  seq: number
  state: State
  gone?: 'moved' | 'deleted'
}

interface Receipt {
  device_seq: number
  op_id: string
  digest: string
  result: State
}

export const SCOPE = 'campaign:c'
/** A note that this server refuses to take. */
export const REFUSED = 'không nhận'

export class MemoryServer {
  epoch = 'epoch-1'
  documents = new Map<string, Stored>()
  receipts = new Map<string, Receipt>()
  nextDeviceSeq = 1
  durable: Record<string, number> = {}
  revoked: string[] = []
  /** op_id of everything taken, in order: an operation that is here twice was doubled. */
  journal: string[] = []
  pushes: Operation[][] = []
  private seq = 0

  /** Answer one request, as `link.fetch`. */
  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = new URL(url, 'http://server').pathname.replace('/api/v1', '')
    const body = await bodyOf(init)
    if (path === '/sync/hello') return json(this.hello(Number(body.lowest_device_seq)))
    if (path === '/sync/push') return this.push(body.ops as unknown as Operation[])
    if (path === '/sync/pull') return this.pull(body.cursor ?? null, Number(body.limit))
    if (path === '/checklists') return json({ checklists: [] })
    if (path.startsWith('/rules/')) return json({ version: '1', sha256: 's', limits: [], law: [] })
    return json({ code: 'not_found', detail: '' }, 404)
  }

  /** What the office writes. */
  writes(kind: string, id: string, state: State, scope = SCOPE): void {
    const known = this.documents.get(`${kind}/${id}`)
    this.documents.set(`${kind}/${id}`, { kind, id, scope, rev: (known?.rev ?? 0) + 1, seq: ++this.seq, state })
  }

  /** A document leaves its scope. */
  drops(kind: string, id: string, gone: 'moved' | 'deleted'): void {
    const known = this.documents.get(`${kind}/${id}`)
    if (known) this.documents.set(`${kind}/${id}`, { ...known, seq: ++this.seq, gone })
  }

  /** What a backup keeps, to be restored as another epoch. */
  backup(): () => void {
    const [documents, receipts, next, seq, journal] = [new Map(this.documents), new Map(this.receipts), this.nextDeviceSeq, this.seq, [...this.journal]]
    return () => {
      Object.assign(this, { documents, receipts, nextDeviceSeq: next, seq, journal, epoch: `${this.epoch}+` })
    }
  }

  private hello(lowest: number): State {
    this.nextDeviceSeq = Math.max(this.nextDeviceSeq, lowest)
    return {
      epoch: this.epoch, server_time: new Date().toISOString(), limits: { max_ops: 500, max_body_bytes: 1_000_000 }, host: 'hientruong.example', scopes: [SCOPE], leases: [],
      refused_leases: [], rules: { version: '1', sha256: 's' }, next_device_seq: this.nextDeviceSeq, durable: this.durable,
    }
  }

  private push(ops: Operation[]): Response {
    this.pushes.push(ops)
    const results: State[] = []
    const before = { documents: new Map(this.documents), receipts: new Map(this.receipts), next: this.nextDeviceSeq, seq: this.seq, count: this.journal.length }
    for (const op of ops) {
      const known = this.receipts.get(op.op_id)
      if (known?.digest === canonical(op as unknown as Json)) {
        results.push({ ...known.result, replay: true })
        continue
      }
      if (op.device_seq > this.nextDeviceSeq) {
        Object.assign(this, { documents: before.documents, receipts: before.receipts, nextDeviceSeq: before.next, seq: before.seq })
        this.journal.length = before.count
        return json({ code: 'device_gap', detail: '', next_device_seq: this.nextDeviceSeq }, 409)
      }
      if (known || op.device_seq < this.nextDeviceSeq) throw new Error(`the tablet forked: ${op.device_seq} ${JSON.stringify(op.set)}`)
      this.nextDeviceSeq++
      const result = this.apply(op)
      this.receipts.set(op.op_id, { device_seq: op.device_seq, op_id: op.op_id, digest: canonical(op as unknown as Json), result })
      results.push(result)
    }
    return json({ epoch: this.epoch, server_time: new Date().toISOString(), next_device_seq: this.nextDeviceSeq, durable: this.durable, results })
  }

  private apply(op: Operation): State {
    const known = this.documents.get(`${op.kind}/${op.id}`)
    const live = known?.gone ? undefined : known
    const base = { op_id: op.op_id, replay: false, scope: op.scope, code: null, detail: null, conflicts: {} }
    const current = live ? { rev: live.rev, deleted: false, state: live.state } : { rev: 0, deleted: false, state: {} }
    if (op.set.note === REFUSED) return { ...base, status: 'quarantined', rev: null, seq: null, code: 'malformed', detail: 'Không nhận.', current }
    if (!live && op.type !== 'create') return { ...base, status: 'held', rev: null, seq: null, code: 'held_parent', detail: 'Đang chờ.', current }
    const [state, conflicts]: [State, State] = [{ ...(live?.state ?? { created_by: 'someone' }) }, {}]
    for (const [name, mine] of Object.entries(op.set)) {
      if (same(state[name], op.base[name]) || !live) state[name] = mine
      else if (!same(state[name], mine)) conflicts[name] = { mine, base: op.base[name] ?? null, theirs: state[name] ?? null }
    }
    const after = { kind: op.kind, id: op.id, scope: op.scope, rev: (known?.rev ?? 0) + 1, seq: ++this.seq, state }
    this.documents.set(`${op.kind}/${op.id}`, after)
    this.journal.push(op.op_id)
    const stale = live !== undefined && op.base_rev !== live.rev
    const told = { rev: after.rev, deleted: false, state }
    const isMerged = stale || Object.keys(conflicts).length > 0
    return { ...base, status: isMerged ? 'merged' : 'applied', rev: after.rev, seq: after.seq, conflicts, current: isMerged ? told : null }
  }

  private pull(cursor: Json, limit: number): Response {
    const [epoch, after] = cursor === null ? [this.epoch, 0] : (JSON.parse(String(cursor)) as [string, number])
    if (epoch !== this.epoch) return json({ code: 'resync', detail: '' }, 410)
    const news = [...this.documents.values()].filter((each) => each.seq > after).sort((one, other) => one.seq - other.seq)
    const items = news.slice(0, limit).map(({ gone, rev, state, ...place }) => (gone ? { ...place, gone } : { ...place, rev, state }))
    const at = items.at(-1)?.seq ?? after
    return json({ epoch: this.epoch, items, revoked: this.revoked, cursor: JSON.stringify([this.epoch, at]), more: news.length > limit })
  }
}

async function bodyOf(init: RequestInit): Promise<State> {
  if (!(init.body instanceof ArrayBuffer) && !(init.body instanceof Uint8Array)) return {}
  const isPacked = new Headers(init.headers).get('Content-Encoding') === 'gzip'
  const plain = new Blob([init.body as ArrayBuffer]).stream()
  const text = await new Response(isPacked ? plain.pipeThrough(new DecompressionStream('gzip')) : plain).text()
  return JSON.parse(text) as State
}

function json(value: object, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json' } })
}
