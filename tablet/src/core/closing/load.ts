// Reading a case from the tablet: the inspection, what hangs on it, what it follows, and the law that it pins.
import { all, childrenOf, get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { checklist, rules } from '../sync/catalog.ts'
import type { Checklist, ChecklistRef, Document, Kind, State } from '../types.ts'
import { heldOn, inOrder, paperOf, STANDING, whole, type Case } from './case.ts'
import { isVoided, map, maps, text, texts, type Doc } from '../reading.ts'

/** More re-checks of one site than any has; a loop of wrong references ends here. */
const MAX_CHAIN = 20

/** Read a case; undefined where the tablet holds no such inspection. */
export async function load(s: Session, id: string): Promise<Case | undefined> {
  const inspection = await get(s, 'inspection', id)
  if (inspection === undefined) return undefined
  const campaign = await one(s, 'campaign', inspection.state.campaign_id)
  const organisation = campaign === undefined ? undefined : await one(s, 'organisation', campaign.state.organisation_id)
  const establishment = await one(s, 'establishment', inspection.state.establishment_id)
  const own = async (kind: Kind): Promise<Document[]> => byId(await childrenOf(s, id, kind))
  const [findings, photos, requirements, measures, signatures, samples, minutes] = [
    await own('finding'), await own('photo'), await own('requirement'), await own('measure'), await own('signature'),
    await own('sample'), await own('minutes'),
  ]
  const before = await chain(s, inspection)
  const earlier = [], papers = minutes.map(paperOf)
  for (const each of before) {
    earlier.push(...byId(await childrenOf(s, each.id, 'measure')))
    papers.push(...(await childrenOf(s, each.id, 'minutes')).map(paperOf))
  }
  const day = await one(s, 'verification_session', inspection.state.session_id)
  const marks = day === undefined ? [] : byId(await childrenOf(s, day.id, 'mark'))
  const used = new Set([...texts(inspection.state.standards), ...texts(day?.state.standards)])
  const pins = maps(inspection.state.checklists)
  const pinned = text(map(inspection.state.rules).version)
  const known = await lists(pins)
  const law = pinned === '' ? null : await quietly(rules(pinned))
  return {
    user: s.user.id,
    complete: campaign !== undefined && organisation !== undefined && establishment !== undefined && law !== null && known.length === pins.length,
    inspection,
    campaign: doc(campaign), organisation: doc(organisation), establishment: doc(establishment),
    area: await areaOf(s, text(establishment?.state.area_code), heldOn(inspection.state)),
    instruments: establishment === undefined ? [] : byId(await all(s, 'instrument')).map(doc).filter((each) => each.establishment_id === establishment.id),
    findings: standing(findings), photos: standing(photos), requirements: standing(requirements), measures: standing(measures),
    signatures: standing(signatures), samples: standing(samples),
    minutes: inOrder(minutes.map(paperOf)),
    papers: inOrder(papers.filter((paper) => STANDING.has(paper.status))),
    earlier: earlier.map(doc),
    standards: byId(await all(s, 'measurement_standard')).map(doc).filter((each) => used.has(each.id)),
    session: day === undefined ? null : doc(day),
    marks: standing(marks).filter((each) => text(each.inspection_id) === '' || each.inspection_id === id),
    checklists: known,
    rules: law,
    waiting: [inspection, ...findings, ...photos, ...requirements, ...measures, ...signatures, ...samples, ...minutes]
      .reduce((sum, each) => sum + each.waiting, 0),
  }
}

function doc(found: Document | undefined): Doc {
  return found === undefined ? { id: '' } : { ...found.state, id: found.id }
}

const standing = (found: Document[]): Doc[] => found.map(doc).filter((each) => !isVoided(each))

function byId(found: Document[]): Document[] {
  return [...found].sort((a, b) => (a.id < b.id ? -1 : 1))
}

async function one(s: Session, kind: Kind, id: State[string] | undefined): Promise<Document | undefined> {
  return typeof id === 'string' ? get(s, kind, id) : undefined
}

async function lists(pins: State[]): Promise<Checklist[]> {
  const found = await Promise.all(pins.map((pin) => quietly(checklist(refOf(pin)))))
  return found.filter((each) => each !== null)
}

function refOf(pin: State): ChecklistRef {
  return { code: text(pin.code), version: whole(pin.version), sha256: text(pin.sha256) }
}

/** What is not on the tablet is missing, not an error: the case says that it is not complete. */
async function quietly<T>(wanted: Promise<T>): Promise<T | null> {
  try {
    return await wanted
  } catch {
    return null
  }
}

/** The inspections that this one re-checks, the newest first. */
async function chain(s: Session, inspection: Document): Promise<Document[]> {
  const found: Document[] = [], seen = new Set([inspection.id])
  for (let before = inspection.state.follows; typeof before === 'string' && found.length < MAX_CHAIN - 1 && !seen.has(before); ) {
    const earlier = await get(s, 'inspection', before)
    if (earlier === undefined) break
    seen.add(before)
    found.push(earlier)
    before = earlier.state.follows
  }
  return found
}

/** The unit that a code named on a day: codes outlive mergers. */
async function areaOf(s: Session, code: string, day: string): Promise<Doc | null> {
  const then = byId(await all(s, 'area')).map(doc).filter((each) => each.code === code)
  return then.find((each) => text(each.valid_from) <= day && day <= (text(each.valid_to) || '9999')) ?? null
}
