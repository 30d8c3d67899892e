// Checklists and rules: fetched ahead of need, immutable by their hash, shared by all inspectors of the tablet.
import type { Checklist, ChecklistRef, Json, Rules, State } from '../types.ts'
import { isMap } from '../reading.ts'
import { all } from '../store/documents.ts'
import { directory } from '../store/db.ts'
import type { Session } from '../store/session.ts'
import { left } from '../numbers.ts'
import { Trouble } from '../trouble.ts'
import { list } from './answers.ts'
import { ask, Refused, Unanswered } from './http.ts'

export interface Readiness {
  /** The last pull ended at (ms); null: never. */
  pulledAt: number | null
  campaigns: number
  inspections: number
  sites: number
  instruments: number
  checklists: { have: ChecklistRef[]; missing: { code: string; version: number | null }[] }
  rules: { have: string[]; missing: string[] }
  numbers: { series: string; year: number; left: number }[]
}

type Wanted = { checklists: ChecklistRef[]; codes: string[]; rules: { version: string; sha256: string | null }[] }

/** A checklist as the tablet has it. */
export async function checklist(ref: ChecklistRef): Promise<Checklist> {
  const found = await directory().checklists.get(ref.sha256)
  if (!found) throw new Trouble('no_checklist', { code: ref.code, version: ref.version })
  return found
}

/** The newest version of a checklist that the tablet has, for an inspection that begins now. */
export async function newest(code: string): Promise<Checklist | undefined> {
  return directory().checklists.where('[code+version]').between([code, 0], [code, Infinity]).last()
}

/** A rule set as the tablet has it. */
export async function rules(version: string): Promise<Rules> {
  const found = await directory().rules.get(version)
  if (!found) throw new Trouble('no_rules', { version })
  return found
}

/** Fetch what inspections and campaigns of this person name and the tablet lacks; returns how many came. */
export async function fetchMissing(s: Session): Promise<number> {
  const wanted = await wantedBy(s)
  let count = 0
  for (const { version } of wanted.rules) {
    if ((await directory().rules.get(version)) === undefined) count += await fetchRules(s, version)
  }
  for (const ref of await refsOf(s, wanted)) {
    if ((await directory().checklists.get(ref.sha256)) === undefined) count += await fetchChecklist(s, ref)
  }
  return count
}

/** Say what is there for a day without a network, and what is missing. */
export async function readiness(s: Session): Promise<Readiness> {
  const [wanted, outcome] = [await wantedBy(s), await s.db.read('outcome')]
  const count = (kind: string): Promise<number> => s.db.documents.where('kind').equals(kind).count()
  const have = await directory().checklists.toArray()
  const versions = (await directory().rules.toArray()).map((each) => each.version)
  const refs = have.map(({ code, version, sha256 }) => ({ code, version, sha256 }))
  const lacking = wanted.checklists.filter((ref) => !refs.some((one) => one.sha256 === ref.sha256))
  const unknown = wanted.codes.filter((code) => !refs.some((one) => one.code === code))
  return {
    pulledAt: outcome?.success_at ?? null, campaigns: await count('campaign'), inspections: await count('inspection'),
    sites: await count('establishment'), instruments: await count('instrument'),
    checklists: { have: refs, missing: [...lacking, ...unknown.map((code) => ({ code, version: null }))] },
    rules: { have: versions, missing: wanted.rules.map((each) => each.version).filter((version) => !versions.includes(version)) },
    numbers: await left(s),
  }
}

async function wantedBy(s: Session): Promise<Wanted> {
  const [inspections, campaigns] = [await all(s, 'inspection'), await all(s, 'campaign')]
  const greeting = await s.db.read('greeting')
  const pinned = inspections.flatMap(({ state }) => refsIn(state.checklists))
  const ruled = inspections.flatMap(({ state }) => ruleIn(state.rules))
  const codes = campaigns.flatMap(({ state }) => (Array.isArray(state.checklists) ? state.checklists.map(String) : []))
  return {
    checklists: [...new Map(pinned.map((ref) => [ref.sha256, ref])).values()], codes: [...new Set(codes)],
    rules: [...new Map([...(greeting ? [greeting.rules] : []), ...ruled].map((each) => [each.version, each])).values()],
  }
}

/** What is pinned, and the latest version of what campaigns name: an inspection may begin in the field. */
async function refsOf(s: Session, wanted: Wanted): Promise<ChecklistRef[]> {
  if (wanted.codes.length === 0) return wanted.checklists
  const { json } = await ask('GET', '/checklists', { token: s.token })
  const latest = list(json, 'checklists').filter((row) => isMap(row) && row.latest === true && wanted.codes.includes(String(row.code)))
  return [...wanted.checklists, ...refsIn(latest)]
}

async function fetchChecklist(s: Session, ref: ChecklistRef): Promise<number> {
  const json = await fetched(s, `/checklists/${encodeURIComponent(ref.code)}/${ref.version}`)
  if (json === null) return 0
  if (json.sha256 !== ref.sha256) throw new Unanswered('portal', `another checklist than ${ref.code}/${ref.version}`)
  await directory().checklists.put(json as unknown as Checklist) // as served: the server validates what it publishes
  return 1
}

async function fetchRules(s: Session, version: string): Promise<number> {
  const json = await fetched(s, `/rules/${encodeURIComponent(version)}`)
  if (json === null || json.version !== version) return 0
  await directory().rules.put(json as unknown as Rules) // as served
  return 1
}

/** Fetch an immutable resource; null where the server has it no more: readiness then says that it is missing. */
async function fetched(s: Session, path: string): Promise<State | null> {
  try {
    return (await ask('GET', path, { token: s.token })).json
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null
    throw error
  }
}

function refsIn(value: Json | undefined): ChecklistRef[] {
  const rows = Array.isArray(value) ? value : []
  return rows.flatMap((row) =>
    isMap(row) && typeof row.code === 'string' && typeof row.version === 'number' && typeof row.sha256 === 'string'
      ? [{ code: row.code, version: row.version, sha256: row.sha256 }]
      : [],
  )
}

function ruleIn(value: Json | undefined): Wanted['rules'] {
  if (!isMap(value) || typeof value.version !== 'string') return []
  return [{ version: value.version, sha256: typeof value.sha256 === 'string' ? value.sha256 : null }]
}
