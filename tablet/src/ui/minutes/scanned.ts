// What a scanned text is: minutes, an instrument's or a site's code, an enrolment code, or nothing of ours.
import { all } from '../../core/store/documents.ts'
import type { Session } from '../../core/store/session.ts'
import { text } from '../../core/reading.ts'

export type Scanned =
  | { kind: 'minutes'; text: string }
  | { kind: 'enrol'; code: string }
  | { kind: 'instrument'; id: string; site: string }
  | { kind: 'site'; id: string }
  | { kind: 'unknown' }

const MINUTES = /^(?:https?:\/\/[a-z0-9.:-]+)?\/m\/[a-z2-7]+$/i
const ENROL = /[#?&]enrol=([0-9A-Za-z-]{4,64})/
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** Tell what a scanned text is; instruments and sites are looked up on the tablet, by id, serial or the number of their mark. */
export async function understand(scanned: string, session: Session | null): Promise<Scanned> {
  const said = scanned.trim()
  if (MINUTES.test(said)) return { kind: 'minutes', text: said }
  const code = ENROL.exec(said)?.[1]
  if (code !== undefined) return { kind: 'enrol', code }
  if (session === null) return { kind: 'unknown' }
  const id = UUID.exec(said)?.[0].toLowerCase()
  const instruments = await all(session, 'instrument')
  const found = instruments.find((each) => each.id === id) ?? instruments.find((each) => [each.state.serial, each.state.mark_serial].some((known) => text(known) !== '' && text(known) === said))
  if (found !== undefined) return { kind: 'instrument', id: found.id, site: text(found.state.establishment_id) }
  const site = (await all(session, 'establishment')).find((each) => each.id === id)
  return site === undefined ? { kind: 'unknown' } : { kind: 'site', id: site.id }
}
