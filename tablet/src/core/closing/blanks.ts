// Blank minutes for a dead printer: numbers set aside of one's own lease, sheets under them, and what was written keyed in.
import { yearOf } from '../days.ts'
import { blanks as setAside, reserve } from '../numbers.ts'
import { instant } from '../outbox/clock.ts'
import { blank } from '../paper/blank.ts'
import { formOf } from '../paper/forms.ts'
import { pdf } from '../paper/pdf.ts'
import { canonicalText, numberText } from '../paper/seal.ts'
import type { Session } from '../store/session.ts'
import { Trouble } from '../trouble.ts'
import type { State } from '../types.ts'
import type { Case } from './case.ts'
import { load } from './load.ts'
import { composed, type Numbering } from './composing.ts'
import { BY_HAND, leads, seriesOf, type Form } from './forms.ts'
import { hostOf } from './host.ts'
import { issue, type Print } from './issue.ts'

/** A number set aside, as printed. */
export interface Sheet extends Numbering {
  text: string
}

export type KeyFault = 'pages' | 'future' | 'form'

/** The numbers that are set aside and not keyed in yet. */
export async function sheets(s: Session): Promise<Sheet[]> {
  const rows = await setAside(s)
  const leases = new Map((await s.db.leases.toArray()).map((lease) => [lease.id, lease]))
  return rows.map((row) => sheet({ series: row.series, year: row.year, number: row.number, symbol: leases.get(row.lease)?.symbol ?? row.series }))
}

/** Set the next numbers aside for sheets of a form; they are spent from now on: keyed in later, or crossed out. */
export async function make(s: Session, inspection: string, form: Form, count: number): Promise<Sheet[]> {
  const of = await known(s, inspection)
  const series = seriesOf(of, form)
  if (series === null) throw new Trouble('no_numbers', { series: '', year: yearOf(instant()) })
  const taken = await reserve(s, series.series, yearOf(instant()), count)
  return taken.map(({ lease, number }) => sheet({ series: lease.series, symbol: lease.symbol, year: lease.year, number }))
}

/** Print the sheet of a number: head, team, site and items are there, what is found on the spot is left empty. */
export async function sheetPdf(s: Session, inspection: string, form: Form, number: Numbering, print: Print = pdf): Promise<Uint8Array> {
  const of = await known(s, inspection)
  return print({ canonical: canonicalText(emptied(of, form, number, instant())), cose: null, host: await hostOf(s), status: 'issued' })
}

function emptied(of: Case, form: Form, number: Numbering, at: string): State {
  return blank(formOf(form), composed(of, form, number, at), of.checklists.map((each) => each as unknown as State))
}

/** What stands in the way of keying a sheet in: the signed pages are the original, so they are photographed first. */
export function keyFaults(of: Case, form: Form, writtenAt: string, now = Date.now()): KeyFault[] {
  const found: KeyFault[] = []
  if (!BY_HAND.includes(form)) found.push('form')
  if (!of.photos.some((photo) => photo.purpose === 'signed_paper')) found.push('pages')
  if (!(Date.parse(writtenAt) <= now)) found.push('future')
  return found
}

/** Issue what was written on a sheet, under its number and the time on the paper; returns the id of the minutes. */
export async function keyIn(s: Session, inspection: string, form: Form, number: Numbering, writtenAt: string, print: Print = pdf): Promise<string> {
  const faults = keyFaults(await known(s, inspection), form, writtenAt)
  if (faults.length > 0) throw new RangeError(faults.join())
  return issue(s, { inspection, form, blank: { series: number.series, year: number.year, number: number.number, writtenAt } }, print)
}

function sheet(of: Numbering): Sheet {
  return { ...of, text: numberText(of.number, of.symbol) }
}

async function known(s: Session, inspection: string): Promise<Case> {
  const of = await load(s, inspection)
  if (of === undefined) throw new Trouble('not_found')
  if (!leads(of)) throw new Trouble('not_leader')
  return of
}
