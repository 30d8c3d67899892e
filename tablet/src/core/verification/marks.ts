// The rolls of stickers and seals that this tablet holds: which is next, used, spoiled, given back. A serial is used once.
import { instant } from '../days.ts'
import { markId } from '../outbox/ids.ts'
import { create, transaction } from '../outbox/record.ts'
import { text } from '../reading.ts'
import type { MarkRow } from '../store/db.ts'
import { all, get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { ask as request } from '../sync/http.ts'
import { Trouble } from '../trouble.ts'
import type { Document } from '../types.ts'
import { isBack, marksIn, numberIn, rangeOf, serialOf, type MarkKind, type Range } from './serials.ts'

/** One roll in the hand; `first`, `last` and `next` are serials as printed, `next` null where nothing is left. */
export interface Roll {
  lease: string
  kind: MarkKind
  organisation: string
  first: string
  last: string
  next: string | null
  left: number
  used: number
  spoiled: number
}

/** A sticker on an instrument, or a seal at a place of it. `session` is the id of the session. */
export interface Used {
  session: string
  kind: MarkKind
  serial: string
  inspection: string
  instrument: string
  place?: string
  photos?: string[]
}

/** One that was torn or lost; of no slip where it happened beside one. */
export interface Spoilt {
  session: string
  kind: MarkKind
  serial: string
  reason: string
  photos: string[]
  inspection?: string | null
  instrument?: string | null
}

type Fate = MarkRow['fate']
type Gone = Pick<MarkRow, 'fate' | 'lease'>

/** Every roll of this tablet, those granted first before. */
export async function rollsOf(s: Session): Promise<Roll[]> {
  const gone = await goneOf(s)
  return (await leases(s)).map(({ lease, range }) => {
    const marks = marksIn(range)
    const free = marks.filter(({ id }) => fateIn(gone, id, lease.id) === undefined)
    const count = (fate: Fate): number => marks.filter(({ id }) => fateIn(gone, id, lease.id) === fate).length
    return {
      lease: lease.id, kind: range.kind, organisation: range.organisation, first: serialOf(range, range.first), last: serialOf(range, range.last),
      next: free[0]?.serial ?? null, left: free.length, used: count('used'), spoiled: count('spoiled'),
    }
  })
}

/** Write down that a mark is on an instrument; returns its id. Throws Trouble `mark_taken` where its serial was used. */
export function useMark(s: Session, used: Used): Promise<string> {
  const { inspection, instrument, place, photos } = used
  return gone(s, used, 'used', { inspection_id: inspection, instrument_id: instrument, place: place ?? '', photo_ids: photos ?? [] })
}

/** Write down that a mark was spoiled: its serial is spent, with the reason. */
export function spoilMark(s: Session, spoilt: Spoilt): Promise<string> {
  const { inspection, instrument, reason, photos } = spoilt
  return gone(s, spoilt, 'spoiled', { inspection_id: inspection ?? null, instrument_id: instrument ?? null, reason, photo_ids: photos })
}

/**
 * Take a serial off its roll and record what became of it, in one transaction: two tabs never use one, and a write that is
 * cut off leaves neither. One that is of no roll here is taken too: it is on the instrument; the server warns of it.
 */
function gone(s: Session, of: Pick<Used, 'session' | 'kind' | 'serial'>, fate: 'used' | 'spoiled', set: Document['state']): Promise<string> {
  return transaction(s, async () => {
    const session = await get(s, 'verification_session', of.session)
    const campaign = session && (await get(s, 'campaign', text(session.state.campaign_id)))
    const organisation = text(campaign?.state.organisation_id)
    if (session === undefined || organisation === '') throw new Trouble('not_found')
    const held = (await leases(s)).flatMap(({ lease, range }) => {
      const number = range.kind === of.kind && range.organisation === organisation ? numberIn(range, of.serial) : null
      return number === null ? [] : [{ lease: lease.id, serial: serialOf(range, number), isBack: isBack(range, number) }]
    })
    const own = held.find((each) => !each.isBack) ?? held[0] // it may have come back from one roll and gone out with another
    const serial = own?.serial ?? of.serial.trim()
    const id = markId(organisation, of.kind, serial)
    const row = await s.db.marks.get(id)
    const isGone = row !== undefined && (own === undefined || fateIn(new Map([[id, row]]), id, own.lease) !== undefined)
    if (isGone || (await s.db.documents.get(['mark', id])) !== undefined) throw new Trouble('mark_taken', { serial })
    await s.db.marks.put({ id, lease: own?.lease ?? null, kind: of.kind, serial, fate, at: Date.now() })
    return create(s, 'mark', {
      id, scope: session.scope, parent: session.id,
      set: { session_id: session.id, kind: of.kind, serial, lease_id: own?.lease ?? null, fate, ...set, at: instant() },
    })
  })
}

/** Ask the server for more of an organisation's stickers or seals; they come with the next pull. */
export async function askForMarks(s: Session, organisation: string, kind: MarkKind, count: number): Promise<void> {
  await request('POST', '/mark-leases', { token: s.token, body: { organisation_id: organisation, kind, count } })
}

/** Give everything left of a roll back. None of it is used from here on, whether or not the answer arrives. */
export async function giveBackMarks(s: Session, lease: string): Promise<void> {
  const ranges = await transaction(s, async () => {
    const held = (await leases(s)).find((each) => each.lease.id === lease)
    if (held === undefined) throw new Trouble('not_found')
    const taken = await goneOf(s)
    const marks = marksIn(held.range)
    const rows = marks.filter(({ id }) => fateIn(taken, id, lease) === undefined).map(({ id, serial }): MarkRow => ({ id, lease, kind: held.range.kind, serial, fate: 'returned', at: Date.now() }))
    await s.db.marks.bulkPut(rows)
    // Those of an attempt whose answer was lost go along: giving back twice is once.
    return spans(marks.filter(({ id }) => (fateIn(taken, id, lease) ?? 'returned') === 'returned').map(({ number }) => number))
  })
  if (ranges.length > 0) await request('POST', `/mark-leases/${lease}/return`, { token: s.token, body: { ranges } })
}

/** Say again what was given back while no answer came: the office's ledger still counts it as in this tablet's hands. */
export async function returnMarksAgain(s: Session): Promise<void> {
  const given = new Map((await s.db.marks.toArray()).filter(({ fate }) => fate === 'returned').map((row) => [row.id, row]))
  if (given.size === 0) return
  for (const { lease, range } of await leases(s)) {
    // Without what the server knows of; what went out again with another roll is in the hand.
    const ranges = spans(marksIn(range).filter(({ id }) => fateIn(given, id, lease.id) !== undefined).map(({ number }) => number))
    if (ranges.length > 0) await request('POST', `/mark-leases/${lease.id}/return`, { token: s.token, body: { ranges } })
  }
}

/** Join numbers in order into the fewest ranges. */
export function spans(numbers: readonly number[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = []
  for (const number of numbers) {
    const end = found.at(-1)
    if (end !== undefined && end.last === number - 1) end.last = number
    else found.push({ first: number, last: number })
  }
  return found
}

/**
 * What is off its roll: by this tablet's own memory, and by every mark that it knows, a void or refused one too. The memory
 * counts where both speak: the documents of a campaign leave the tablet with it.
 */
async function goneOf(s: Session): Promise<Map<string, Gone>> {
  const own = new Map((await s.db.marks.toArray()).map((row): [string, Gone] => [row.id, row]))
  for (const { id, state } of await all(s, 'mark')) {
    const before = own.get(id)?.fate
    if (before === undefined || before === 'returned') own.set(id, { fate: state.fate === 'spoiled' ? 'spoiled' : 'used', lease: null })
  }
  return own
}

/** What became of a mark of a roll. One that was given back from another roll came into the hand again with this one. */
function fateIn(gone: ReadonlyMap<string, Gone>, id: string, lease: string): Fate | undefined {
  const row = gone.get(id)
  return row === undefined || (row.fate === 'returned' && row.lease !== lease) ? undefined : row.fate
}

async function leases(s: Session): Promise<{ lease: Document; range: Range }[]> {
  const found = (await all(s, 'mark_lease')).flatMap((lease) => {
    const range = rangeOf(lease.state)
    return range === null ? [] : [{ lease, range }]
  })
  const at = ({ lease }: { lease: Document }): string => text(lease.state.granted_at)
  return found.sort((one, other) => at(one).localeCompare(at(other)) || one.range.first - other.range.first)
}
