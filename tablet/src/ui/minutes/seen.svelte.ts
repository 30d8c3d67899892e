// The case of an inspection as a screen sees it: followed live, so that what a colleague recorded appears as it is pulled.
import type { Case } from '../../core/closing/case.ts'
import { load } from '../../core/closing/load.ts'
import type { Session } from '../../core/store/session.ts'
import { live, type Live } from '../parts/live.svelte.ts'

/** undefined while it is read, null where the tablet holds no such inspection. */
export function caseOf(session: () => Session, id: () => string): Live<Case | null> {
  return live(() => {
    const [own, wanted] = [session(), id()]
    return async () => (await load(own, wanted)) ?? null
  })
}
