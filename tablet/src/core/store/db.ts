// The tablet's databases: one directory for the tablet, one for each device (an inspector's), so that none sees another's.
import Dexie, { type Table, type Transaction } from 'dexie'
import type { Checklist, Json, Kind, Lease, Operation, Result, Rules, State } from '../types.ts'
import type { Offset } from '../outbox/clock.ts'

/** How a PIN opens the data key: PBKDF2-SHA256 of the PIN opens `box`. */
export interface Lock {
  salt: Uint8Array
  iterations: number
  box: Uint8Array
}

/** One inspector on this tablet. `device` is the tablet's own name for it: the server's id may change after a restore. */
export interface PersonRow {
  device: string
  state: 'pending' | 'enrolled'
  user_id: string
  username: string
  name: string
  /** Wrong PINs in a row, and when the next may be tried (ms). */
  failures: number
  not_before: number
  created_at: number
}

/** Who a device is to the server. The upload token is plain: queued work leaves while its owner is not signed in. */
export interface Identity {
  server_device: string
  kid: string
  user: { id: string; name: string; username: string; title: string; role: string }
  agency: State
  tablet_name: string
  token: Uint8Array
  upload_token: string
}

/** A device's key pair. `wrapped` is there where the browser knows no Ed25519: sealed by a key that never leaves it. */
export interface KeyRow {
  public: Uint8Array
  private: CryptoKey
  wrapped?: { iv: Uint8Array; box: ArrayBuffer }
}

/** Where pulling stands. `full`: everything comes again; what then has not come by the end is gone. */
export interface Pulled {
  cursor: string | null
  generation: number
  full: boolean
}

/** The last round's end as the server's answers showed it. */
export interface Outcome {
  success_at: number | null
  failed_at: number | null
  reason: string | null
  detail: string | null
}

/** What the last `hello` said. */
export interface Greeting {
  at: number
  scopes: string[]
  rules: { version: string; sha256: string }
  max_ops: number
  max_body_bytes: number
  /** The host that QR codes of minutes carry: the tablet may have been opened under another name of it. */
  host?: string
}

/** Single values of a device, by name. */
export interface Meta {
  identity: Identity
  key: KeyRow
  lock: Lock
  next_seq: number
  epoch: string
  pulled: Pulled
  clock: Offset
  durable: { [scope: string]: number }
  greeting: Greeting
  outcome: Outcome
  batch: number
}

/** A document as the server has it (`server`) and as it is shown (`view`; null: as the server has it), both sealed. */
export interface DocumentRow {
  kind: Kind
  id: string
  scope: string
  parent: string | null
  rev: number
  seq: number
  generation: number
  server: Uint8Array | null
  view: Uint8Array | null
  /** 1: deleted by an operation that still waits. */
  hidden: 0 | 1
  /** device_seq of the operations that are not yet in `server`, in order. */
  waiting: number[]
  /** op_id of operations that were refused or held while the server has no such document: still shown. */
  stuck: string[]
  /** 1: the scope it was held under has let it go; it stays only while operations wait. */
  gone: 0 | 1
}

/** One operation of the outbox, there until a verified backup holds it. */
export interface OutboxRow {
  device_seq: number
  op_id: string
  kind: Kind
  id: string
  op: Operation
  /** waiting: to be sent; kept: answered, kept until it is durable. */
  state: 'waiting' | 'kept'
  /** 1: it may have reached the server, and never changes from then on. */
  sent: 0 | 1
  /** 1: its answer is in the document's row. */
  settled: 0 | 1
  /** Answers in a row that refused this operation alone. */
  refusals: number
  /** Sent in its place when the server cannot take it (docs/tablet.md, "A poison operation"). */
  stand_in: Operation | null
  first_at: number
  result: Result | null
  answered_at: number | null
  epoch: string | null
}

/** What a person should look at: an operation that was not simply applied. */
export interface NoticeRow {
  op_id: string
  device_seq: number
  kind: Kind
  id: string
  why: 'quarantined' | 'held' | 'conflict' | 'aside'
  op: Operation
  code: string | null
  detail: string | null
  at: number
  seen: 0 | 1
  /** 1: the server's state has since what the operation said, or the conflict is settled. */
  over: 0 | 1
}

/** A photo's bytes, on the tablet until the server's `complete` was pulled and is durable. */
export interface PhotoRow {
  id: string
  inspection: string
  blob: Blob | null
  thumb: Blob | null
  size: number
  sha256: string
  media_type: string
  taken_at: number
  /** waiting: bytes to send; sent: the server has them all; complete: its `complete` was pulled. */
  state: 'waiting' | 'sent' | 'complete'
  upload: string | null
  offset: number
  failures: number
  not_before: number
  reason: string | null
}

export interface LeaseRow extends Lease {
  /** The server's word why the numbers must not be used any more. */
  refused: string | null
  returned: 0 | 1
}

/** A number that is not free any more. */
export interface NumberRow {
  series: string
  year: number
  number: number
  lease: string
  use: 'issued' | 'blank' | 'spoilt'
  minutes: string | null
  at: number
}

/** A sticker or seal that is not on the roll any more: used, spoiled, given back. It outlives the documents of its campaign. */
export interface MarkRow {
  /** The mark's id, which is its serial's (core/outbox/ids). */
  id: string
  lease: string | null
  kind: 'sticker' | 'seal'
  serial: string
  fate: 'used' | 'spoiled' | 'returned'
  at: number
}

/** The PDF of an issued paper, sealed: what was printed can be printed again, byte for byte. */
export interface PaperRow {
  /** The minutes' id. */
  id: string
  pdf: Uint8Array
  at: number
}

type Stores = { [table: string]: string }
export interface Version {
  version: number
  stores: Stores
  upgrade?: (transaction: Transaction) => Promise<void>
}

const DIRECTORY_VERSIONS: Version[] = [
  { version: 1, stores: { people: 'device', checklists: 'sha256, [code+version]', rules: 'version', settings: 'name' } },
]

/** A device's schema. A version that was released never changes: the next one is added with its upgrade. */
export const DEVICE_VERSIONS: Version[] = [
  {
    version: 1,
    stores: {
      meta: 'name',
      documents: '[kind+id], kind, scope, parent, [kind+parent], generation',
      outbox: 'device_seq, op_id, [kind+id], state, settled',
      notices: 'op_id, [kind+id], over',
      photos: 'id, inspection, state',
      leases: 'id',
      numbers: '[series+year+number], lease',
      papers: 'id',
    },
  },
  { version: 2, stores: { marks: 'id, lease' } },
]

/** What all inspectors of a tablet share: who they are, checklists and rules (immutable, by their hash), settings. */
export class DirectoryDb extends Dexie {
  declare people: Table<PersonRow, string>
  declare checklists: Table<Checklist, string>
  declare rules: Table<Rules, string>
  declare settings: Table<{ name: string; value: Json }, string>

  constructor(name = 'hien-truong') {
    super(name)
    declareVersions(this, DIRECTORY_VERSIONS)
  }
}

/** One inspector's own database. */
export class DeviceDb extends Dexie {
  declare meta: Table<{ name: string; value: unknown }, string>
  declare documents: Table<DocumentRow, [Kind, string]>
  declare outbox: Table<OutboxRow, number>
  declare notices: Table<NoticeRow, string>
  declare photos: Table<PhotoRow, string>
  declare leases: Table<LeaseRow, string>
  declare numbers: Table<NumberRow, [string, number, number]>
  declare papers: Table<PaperRow, string>
  declare marks: Table<MarkRow, string>

  constructor(readonly device: string, versions: readonly Version[] = DEVICE_VERSIONS) {
    super(nameOf(device))
    declareVersions(this, versions)
  }

  async read<K extends keyof Meta>(name: K): Promise<Meta[K] | undefined> {
    const row = await this.meta.get(name)
    return row?.value as Meta[K] | undefined // written only by `write`, which is typed
  }

  async write<K extends keyof Meta>(name: K, value: Meta[K]): Promise<void> {
    await this.meta.put({ name, value })
  }
}

export function nameOf(device: string): string {
  return `hien-truong-${device}`
}

function declareVersions(db: Dexie, versions: readonly Version[]): void {
  for (const { version, stores, upgrade } of versions) {
    const declared = db.version(version).stores(stores)
    if (upgrade) declared.upgrade(upgrade)
  }
}

let shared: DirectoryDb | undefined

/** The tablet's directory. */
export function directory(): DirectoryDb {
  shared ??= new DirectoryDb()
  return shared
}

const opened = new Map<string, DeviceDb>()

/** A device's database, one connection to each. */
export function deviceDb(device: string): DeviceDb {
  const known = opened.get(device)
  if (known) return known
  const db = new DeviceDb(device)
  opened.set(device, db)
  return db
}

/** Close a device's database and forget the connection. */
export function letGo(device: string): void {
  opened.get(device)?.close()
  opened.delete(device)
}
