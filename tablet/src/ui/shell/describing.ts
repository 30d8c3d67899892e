// What an operation is about, in words: the kind, what it names, and the site.
import { get } from '../../core/store/documents.ts'
import type { Session } from '../../core/store/session.ts'
import type { Json, Kind, State } from '../../core/types.ts'
import { isKey, t } from '../../i18n/index.ts'

export interface About {
  title: string
  /** The site's name; empty where there is none. */
  site: string
  /** The inspection it belongs to, to go there. */
  inspection: string | null
}

type Told = { kind: Kind; id: string; parent: string | null; set: State }

/** Describe what an operation or a document is about; only what the tablet knows is said. */
export async function about(s: Session, op: Told): Promise<About> {
  const document = await get(s, op.kind, op.id)
  const state = { ...document?.state, ...op.set }
  const inspection = op.kind === 'inspection' ? op.id : text(state.inspection_id) ?? (await inspectionAbove(s, op.parent))
  const establishment = op.kind === 'establishment' ? op.id : text(state.establishment_id) ?? (await siteOf(s, inspection))
  const site = establishment === null ? undefined : await get(s, 'establishment', establishment)
  return { title: titled(op.kind, state), site: text(site?.state.name) ?? '', inspection }
}

async function inspectionAbove(s: Session, parent: string | null): Promise<string | null> {
  return parent !== null && (await get(s, 'inspection', parent)) !== undefined ? parent : null
}

async function siteOf(s: Session, inspection: string | null): Promise<string | null> {
  const found = inspection === null ? undefined : await get(s, 'inspection', inspection)
  return text(found?.state.establishment_id)
}

function titled(kind: Kind, state: State): string {
  const key = `shell.kind.${kind}`
  const noun = isKey(key) ? t(key as 'shell.kind.finding') : kind // every kind's word is without blanks
  const name = kind === 'finding' ? text(state.item) : kind === 'minutes' ? numberOf(state) : text(state.name) ?? text(state.item)
  return name === null ? noun : `${noun} ${name}`
}

function numberOf(state: State): string | null {
  return typeof state.number === 'number' ? `${String(state.number).padStart(2, '0')}/${text(state.series) ?? ''}` : null
}

function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
