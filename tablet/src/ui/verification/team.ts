// Who is of a mobile verification team: the only people who see anything of this room. Small, because the day's list asks it.
import { maps } from '../../core/reading.ts'
import type { Document, State } from '../../core/types.ts'

const KIND = 'kiem_dinh_luu_dong'

/** Whether a person is in the team of a mobile verification campaign. */
export function isTeamOf(campaign: Pick<Document, 'state'>, user: string): boolean {
  return campaign.state.kind === KIND && maps(campaign.state.team).some((member) => member.user_id === user)
}

/** Whether an inspection is a slip of a verification session: those have a list of their own. */
export function isSlip(inspection: State): boolean {
  return typeof inspection.session_id === 'string' && inspection.session_id !== ''
}
