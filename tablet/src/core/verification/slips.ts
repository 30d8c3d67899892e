// Slips: what one owner brought to a session on one day, numbered by the tablet that wrote it.
import Dexie from 'dexie'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { dayOf, instant } from '../days.ts'
import { newest } from '../sync/catalog.ts'
import { create, patch, transaction } from '../outbox/record.ts'
import { map, text, texts } from '../reading.ts'
import { all, get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { Document, State } from '../types.ts'

/** What came: how each instrument looked, by its id. */
export type Brought = { [instrument: string]: string }

/** Letters and figures that nobody takes for one another when a number is called out. */
const LETTERS = 'ABCDEFGHKMNPQRSTUVWXYZ23456789'
/** Four of them are 810,000 marks: of ten tablets at one table two have the same in one campaign of eighteen thousand. */
const LENGTH = 4

/** The mark of this tablet and inspector in slip numbers, made from the device's id. */
export function tabletMark(device: string): string {
  const hashed = sha256(utf8ToBytes(device))
  return Array.from(hashed.subarray(0, LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('')
}

/**
 * Open a slip for an owner who brought instruments: under way at once, with the session's standards. Its number is the next
 * of this tablet's, taken in the transaction that records it. Returns the slip's id.
 */
export function openSlip(s: Session, session: Document, owner: string, brought: Brought): Promise<string> {
  return transaction(s, async () => {
    const campaign = await get(s, 'campaign', text(session.state.campaign_id))
    if (campaign === undefined) throw new Trouble('not_found')
    const at = instant()
    const { standards, standard_overrides } = session.state
    return create(s, 'inspection', {
      scope: campaign.scope, parent: campaign.id,
      set: {
        campaign_id: campaign.id, establishment_id: owner, session_id: session.id, slip: await nextSlip(s), received: received(brought, at), handed_back: {},
        checklists: await pins(texts(campaign.state.checklists)), rules: await ruleSet(s), planned_on: text(session.state.on) || dayOf(), status: 'in_progress',
        lead_user_id: s.user.id, visits: [{ started_at: at, position: null }], standards: standards ?? [], standard_overrides: standard_overrides ?? {},
        decision_announced_at: null, follows: null, conclusion: null, establishment_statement: null,
      },
    })
  })
}

/** Add what the owner brought later; returns the slip's id. */
export function addTo(s: Session, slip: string, brought: Brought): Promise<string> {
  return transaction(s, async () => {
    const present = await get(s, 'inspection', slip)
    if (present === undefined) throw new Trouble('not_found')
    return patch(s, 'inspection', slip, { received: { ...received(brought, instant()), ...map(present.state.received) } })
  })
}

/** The number that this tablet's next slip gets: after every one with its mark that it knows. */
export async function nextSlip(s: Session): Promise<string> {
  const mark = tabletMark((await s.db.read('identity'))?.server_device ?? s.device)
  const own = new RegExp(`^${mark}-(\\d+)$`)
  const numbers = (await all(s, 'inspection')).map(({ state }) => Number(own.exec(text(state.slip))?.[1] ?? 0))
  return `${mark}-${String(Math.max(0, ...numbers) + 1).padStart(3, '0')}`
}

function received(brought: Brought, at: string): State {
  return Object.fromEntries(Object.entries(brought).map(([instrument, state]) => [instrument, { at, state }]))
}

/** The newest of each checklist that the tablet has. Those lie in the tablet's own database, so the transaction waits. */
function pins(codes: readonly string[]): Promise<State[]> {
  return Dexie.waitFor(Dexie.ignoreTransaction(async () => {
    const found = await Promise.all(codes.map((code) => newest(code)))
    return found.flatMap((each) => (each === undefined ? [] : [{ code: each.code, version: each.version, sha256: each.sha256 }]))
  }))
}

async function ruleSet(s: Session): Promise<State | null> {
  const rules = (await s.db.read('greeting'))?.rules
  return rules === undefined ? null : { version: rules.version, sha256: rules.sha256 }
}
