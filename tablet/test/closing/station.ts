// A station of the published vectors on a real tablet database: its leader signed in, numbers leased, an inspection under way.
import { directory } from '../../src/core/store/db.ts'
import type { Session } from '../../src/core/store/session.ts'
import type { Checklist, Rules, State } from '../../src/core/types.ts'
import { map, maps } from '../../src/core/reading.ts'
import rules from '../../../tests/vectors/rules-2026.1.json'
import { pulled, signedIn } from '../bench.ts'
import { MINUTES } from '../paper/vectors.ts'

const DOCUMENTS: State = MINUTES[0]?.documents ?? {}
const YEAR = new Date(Date.now() + 7 * 3_600_000).getUTCFullYear()

export interface Station {
  session: Session
  inspection: string
  finding: string
  series: string
  year: number
}

/** Open the station with numbers `from` to `to`. */
export async function station(from = 1, to = 9, status = 'in_progress'): Promise<Station> {
  const session = await signedIn('Hoàng Minh Đức')
  const lists = maps(DOCUMENTS.checklists) as unknown as Checklist[]
  for (const each of lists) await directory().checklists.put(each)
  await directory().rules.put(rules as unknown as Rules)
  const series = ['inspection', 'working', 'amendment'].map((form) => ({ series: 'BB-ĐKT', symbol: 'BB-ĐKT', form }))
  const organisation = await pulled(session, 'organisation', { ...map(DOCUMENTS.organisation), series }, 'agency')
  const team = maps(map(DOCUMENTS.campaign).team).map((member) => (member.role === 'leader' ? { ...member, user_id: session.user.id } : member))
  const campaign = await pulled(session, 'campaign', { ...map(DOCUMENTS.campaign), organisation_id: organisation, team })
  const site = map(DOCUMENTS.establishment)
  const establishment = await pulled(session, 'establishment', site, 'area:07213', 1, String(site.id))
  for (const each of maps(DOCUMENTS.instruments)) await pulled(session, 'instrument', { ...each, establishment_id: establishment }, 'area:07213', 1, String(each.id))
  for (const each of maps(DOCUMENTS.standards)) await pulled(session, 'measurement_standard', each, 'agency', 1, String(each.id))
  const inspection = await pulled(session, 'inspection', {
    ...map(DOCUMENTS.inspection), status, campaign_id: campaign, establishment_id: establishment, rules: { version: rules.version, sha256: rules.sha256 },
    checklists: lists.map(({ code, version, sha256 }) => ({ code, version, sha256 })),
  })
  for (const each of maps(DOCUMENTS.findings)) await pulled(session, 'finding', { ...each, inspection_id: inspection }, 'campaign:c', 1, String(each.id))
  await session.db.leases.put({
    id: `lease-${from}`, series: 'BB-ĐKT', symbol: 'BB-ĐKT', year: YEAR, from, to, expires_on: `${YEAR}-12-31`, refused: null, returned: 0,
  })
  return { session, inspection, finding: String(maps(DOCUMENTS.findings)[0]?.id), series: 'BB-ĐKT', year: YEAR }
}
