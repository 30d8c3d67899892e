// A session of the verification team: opened at a place on a day, its conditions read, closed in the evening.
import { instant } from '../days.ts'
import { create, patch, transaction } from '../outbox/record.ts'
import { list } from '../reading.ts'
import { all, get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { Document, State } from '../types.ts'

/** Open a session of a campaign; `said` holds its day, place, commune, verifiers, standards. Returns its id. */
export function openSession(s: Session, campaign: Document, said: State): Promise<string> {
  return create(s, 'verification_session', { scope: campaign.scope, parent: campaign.id, set: { campaign_id: campaign.id, ...said } })
}

/** Change a session; its standards, and why one out of date is used, go into the slips that are still open. */
export function changeSession(s: Session, id: string, said: State): Promise<string> {
  return transaction(s, async () => {
    const carried = Object.fromEntries(CARRIED.flatMap((name) => (name in said ? [[name, said[name] ?? null]] : [])))
    const slips = Object.keys(carried).length === 0 ? [] : (await all(s, 'inspection')).filter(({ state }) => state.session_id === id && state.status === 'in_progress')
    for (const slip of slips) await patch(s, 'inspection', slip.id, carried)
    return patch(s, 'verification_session', id, said)
  })
}

/** What verdicts rest on, and so stands on every slip as well. */
const CARRIED = ['standards', 'standard_overrides'] as const

/** Add a reading of temperature (°C) and humidity (%RH), decimal strings: the log only grows. */
export function readEnvironment(s: Session, id: string, reading: { temperature: string; humidity: string }): Promise<string> {
  return transaction(s, async () => {
    const session = await get(s, 'verification_session', id)
    if (session === undefined) throw new Trouble('not_found')
    return patch(s, 'verification_session', id, { environment: [...list(session.state.environment), { at: instant(), ...reading }] })
  })
}
