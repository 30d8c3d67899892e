// Writing a slip: the owner and the instruments that are new, and the slip that receives them, all of it or nothing.
import { answer, create, transaction } from '../../core/outbox/record.ts'
import { addTo, openSlip } from '../../core/verification/slips.ts'
import { get } from '../../core/store/documents.ts'
import type { Session } from '../../core/store/session.ts'
import { Trouble } from '../../core/trouble.ts'
import type { Document, State } from '../../core/types.ts'
import { text } from '../../core/reading.ts'
import { siteOf, siteTyped, type Faults, type Typed } from '../work/fields.ts'
import { pinOf } from '../work/reading.ts'
import { INSTRUMENT_TYPES } from '../work/words.ts'
import { pinIn, procedureFor, receiptOf, usedProcedures } from './receipt.ts'

/** What a verification team verifies: the dose meters and X-ray units of INSTRUMENT_TYPES are other people's. */
const OTHERS: readonly string[] = ['diagnostic_xray_unit', 'dose_rate_meter', 'contamination_meter']
export const TYPES: readonly string[] = INSTRUMENT_TYPES.filter((type) => !OTHERS.includes(type))

export interface Registered {
  session: Document
  /** A slip of the same owner that is still open: what is brought goes onto it. */
  slip: Document | null
  owner: { id: string } | { state: State }
  /** The name of the owner's commune. */
  commune: (area: string) => string
  /** The session's slips and the register, for the procedure that was used last. */
  slips: readonly Document[]
  known: readonly Document[]
  instruments: readonly ({ look: string } & ({ id: string } | { state: State }))[]
}

/** Whether a form for one more instrument was left as it came: it stands for nothing that was brought. */
export function isUntouched(typed: Typed): boolean {
  return Object.values(typed).every((said) => said.trim() === '')
}

/** An owner's state of the three boxes; who says no address is written down at the place of the session. */
export function ownerOf(typed: Typed, place: string): { state: State; faults: Faults } {
  return siteOf({ ...siteTyped({}), ...typed, address: typed.address?.trim() || place })
}

/** The open slip of an owner in a session, the newest: a second walk to the table needs no second slip. */
export function slipOpenFor(site: string, session: string, slips: readonly Document[]): Document | undefined {
  const own = slips.filter(({ state }) => state.session_id === session && state.establishment_id === site && ['planned', 'in_progress'].includes(text(state.status)))
  return own.sort((a, b) => (a.id < b.id ? 1 : -1))[0]
}

/** Write what was brought, with what its receipt says by itself; returns the slip. */
export async function register(s: Session, given: Registered): Promise<string> {
  const used = await usedProcedures(s, given.slips.filter(({ state }) => state.session_id === given.session.id), given.known)
  return transaction(s, async () => {
    const site = await ownerOn(s, given)
    const brought: { [instrument: string]: string } = {}
    for (const each of given.instruments) {
      const id = 'id' in each ? each.id : await create(s, 'instrument', { scope: site.scope, parent: site.id, set: { establishment_id: site.id, ...each.state } })
      brought[id] = each.look.trim()
    }
    const slip = given.slip === null ? await openSlip(s, given.session, site.id, brought) : await addTo(s, given.slip.id, brought)
    await receive(s, slip, brought, site.state, given, used)
    return slip
  })
}

async function ownerOn(s: Session, { owner }: Registered): Promise<Document> {
  const id = 'id' in owner ? owner.id : await create(s, 'establishment', { scope: `area:${text(owner.state.area_code)}`, set: { ...owner.state, operator_id: null } })
  const found = await get(s, 'establishment', id)
  if (found === undefined) throw new Trouble('not_found')
  return found
}

async function receive(s: Session, slip: string, brought: { [instrument: string]: string }, owner: State, given: Registered, used: ReadonlyMap<string, string>): Promise<void> {
  const pin = pinIn((await get(s, 'inspection', slip))?.state ?? {})
  if (pin === null) return
  for (const [id, look] of Object.entries(brought)) {
    const instrument = (await get(s, 'instrument', id))?.state ?? {}
    const said = receiptOf({ owner, commune: given.commune(text(owner.area_code)), market: text(given.session.state.place), instrument, look, procedure: procedureFor(instrument, used) })
    for (const [item, values] of Object.entries(said)) await answer(s, { inspection: slip, checklist: pinOf(pin), item, subject: id, ordinal: 0, set: { values } })
  }
}
