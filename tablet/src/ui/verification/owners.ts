// Who stands before the table: an owner brought back by a certificate, a sticker or a name, or one who was never here.
import type { Claims } from '../../core/paper/seal.ts'
import type { Document, State } from '../../core/types.ts'
import { isMap, map, maps } from '../../core/reading.ts'
import { isMerged, isVoid, matches, text } from '../work/reading.ts'
import { instrumentsIn } from '../work/scanned.ts'

/** What the tablet knows of owners: everything is searched in here, nothing asks the network. */
export interface Known {
  sites: readonly Document[]
  instruments: readonly Document[]
  /** Papers that this tablet holds: a certificate names the instrument it is about. */
  minutes: readonly Document[]
  /** The names of each area code. */
  areas: ReadonlyMap<string, readonly string[]>
}
export interface Brought {
  site: Document
  /** The instruments that the scanned sign names; empty where it names the owner alone. */
  named: Document[]
}

/** More than this many names on a screen nobody reads with a queue behind them. */
const MOST = 12
/** Shorter ones find half of the province. */
const LEAST = 2

/** The owners that a search finds, by name, phone, address, commune or the serial of an instrument, without diacritics. */
export function ownersFound(looked: string, known: Known): Document[] {
  if (looked.trim().length < LEAST) return []
  const bySite = new Map<string, string[]>()
  for (const { state } of known.instruments) {
    const own = text(state.establishment_id)
    bySite.set(own, [...(bySite.get(own) ?? []), text(state.serial), text(state.mark_serial)])
  }
  return known.sites
    .filter((each) => !isVoid(each) && !isMerged(each) && matches(looked, [...saidOf(each.state), ...(known.areas.get(text(each.state.area_code)) ?? []), ...(bySite.get(each.id) ?? [])]))
    .sort((a, b) => text(a.state.name).localeCompare(text(b.state.name), 'vi'))
    .slice(0, MOST)
}

function saidOf(site: State): string[] {
  const phone = text(site.phone)
  return [text(site.name), phone, phone.replace(/\D/g, ''), text(site.address), text(map(site.representative).name), text(site.tax_code)]
}

/** The instruments of an owner that stand in the register, in the order in which people count them. */
export function instrumentsOf(site: string, known: Known): Document[] {
  return known.instruments
    .filter((each) => text(each.state.establishment_id) === site && !isVoid(each))
    .sort((a, b) => text(a.state.type).localeCompare(text(b.state.type)) || text(a.state.serial).localeCompare(text(b.state.serial), 'vi', { numeric: true }))
}

/**
 * Whom a sign brings back: the certificate of last time by what its seal says, else a sticker's serial or a certificate's
 * number, scanned or typed. Null where the tablet knows nobody by it.
 */
export function broughtBy(scanned: string, claims: Claims | null, known: Known): Brought | null {
  const byPaper = claims === null ? null : byClaims(claims, known)
  if (byPaper !== null) return byPaper
  const named = instrumentsIn(scanned.trim(), known.instruments)
  const site = siteOf(named[0], known)
  return site === undefined ? null : { site, named: named.filter((each) => each.state.establishment_id === site.id) }
}

function byClaims(claims: Claims, known: Known): Brought | null {
  const site = known.sites.find((each) => each.id === claims.establishment)
  if (site === undefined) return null
  const { series, year, number } = claims
  const paper = known.minutes.find(({ state }) => state.series === series && state.year === year && state.number === number)
  const own = instrumentsOf(site.id, known)
  const printed = new RegExp(`^0*${number}(?!\\d)`)
  const named = own.filter((each) => (paper !== undefined ? each.id === paper.state.instrument_id : printed.test(text(each.state.certificate_number))))
  return { site, named }
}

function siteOf(instrument: Document | undefined, known: Known): Document | undefined {
  return instrument && known.sites.find((each) => each.id === instrument.state.establishment_id)
}

/** The people of a campaign's team, as its form offers them. */
export function teamOf(campaign: Document | undefined, users: readonly Document[]): { id: string; name: string; role: string; procedures: string[] }[] {
  return maps(campaign?.state.team).map((member) => {
    const user = users.find((each) => each.id === member.user_id)
    const procedures = Array.isArray(member.procedures) ? member.procedures.map((each) => (isMap(each) ? text(each.code) : text(each))).filter(Boolean) : []
    return { id: text(member.user_id), name: text(user?.state.name) || text(member.name) || '–', role: text(member.role), procedures }
  })
}

/** The books that number the two papers of a verification; without one the paper cannot be issued (closing/forms.ts). */
export function seriesOf(organisation: State | undefined): { form: 'verification_record' | 'verification_certificate'; series: string }[] {
  const rows = maps(organisation?.series)
  return (['verification_record', 'verification_certificate'] as const).flatMap((form) => {
    const own = rows.find((row) => row.form === form)
    return own === undefined ? [] : [{ form, series: text(own.series) }]
  })
}
