// A market day for tests: a campaign of verification with a session and two rolls, as a pull brings them.
import { directory } from '../../src/core/store/db.ts'
import { get } from '../../src/core/store/documents.ts'
import type { Session } from '../../src/core/store/session.ts'
import type { Document, State } from '../../src/core/types.ts'
import { uuid7 } from '../../src/core/outbox/ids.ts'
import { pulled, signedIn } from '../bench.ts'

export interface Market {
  s: Session
  organisation: string
  session: Document
  site: string
  scales: [string, string]
  roll: string
}

/** A roll of stickers KD26-0001 to -0006, a session of today, one owner with two scales. */
export async function market(): Promise<Market> {
  const s = await signedIn()
  const organisation = uuid7()
  await directory().checklists.put({ code: 'mobile-verification', version: 1, sha256: 'c'.repeat(64), title: { vi: '', en: '' }, legal_basis: [], sections: [] })
  const campaign = await pulled(s, 'campaign', { title: 'Kiểm định lưu động', organisation_id: organisation, checklists: ['mobile-verification', 'unknown'] })
  const session = await pulled(s, 'verification_session', { campaign_id: campaign, on: '2026-11-24', standards: ['std-1'], standard_overrides: {} })
  const site = await pulled(s, 'establishment', { name: 'Bà Lan', area_code: '07213' }, 'area:07213')
  const scale = (serial: string): Promise<string> => pulled(s, 'instrument', { establishment_id: site, type: 'nawi', serial }, 'area:07213')
  const roll = await lease(s, organisation, {})
  return { s, organisation, session: (await get(s, 'verification_session', session))!, site, scales: [await scale('C-1'), await scale('C-2')], roll }
}

export function lease(s: Session, organisation: string, more: State): Promise<string> {
  const range = { organisation_id: organisation, kind: 'sticker', prefix: 'KD26-', digits: 4, first: 1, last: 6, granted_at: '2026-11-23T08:00:00+07:00', returned: [], ...more }
  return pulled(s, 'mark_lease', range, `device:${s.device}`)
}
