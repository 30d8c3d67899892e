// The register as this tablet knows it: every number of its leases that is not free any more, and what became of it.
import { left } from '../numbers.ts'
import { numberText } from '../paper/seal.ts'
import type { NumberRow } from '../store/db.ts'
import { all, get } from '../store/documents.ts'
import type { Session } from '../store/session.ts'
import { paperOf, STANDING, type Paper } from './case.ts'
import { text, type Doc } from '../reading.ts'
import { awaitsPages } from './signatures.ts'

export interface Used {
  number: number
  text: string
  use: NumberRow['use']
  paper: Paper | null
  inspection: string
  site: string
  /** The paper stands and photos of its signed pages have not come. */
  awaiting: boolean
}

export interface LeaseOf {
  id: string
  from: number
  to: number
  refused: string | null
  returned: boolean
  /** How many numbers at its end nobody has taken: what can be given back. */
  unused: number
}

export interface Book {
  series: string
  year: number
  left: number
  leases: LeaseOf[]
  /** The newest number first. */
  used: Used[]
}

/** Return the books of this tablet, the newest year first. */
export async function books(s: Session): Promise<Book[]> {
  const [leases, numbers, counts, minutes, photos] = [
    await s.db.leases.toArray(), await s.db.numbers.toArray(), await left(s), await all(s, 'minutes'), await all(s, 'photo'),
  ]
  const papers = new Map(minutes.map((each) => [each.id, { paper: paperOf(each), inspection: text(each.state.inspection_id) }]))
  const pictures = photos.map((each): Doc => ({ ...each.state, id: each.id }))
  const found: Book[] = []
  for (const { series, year } of leases) {
    if (found.some((book) => book.series === series && book.year === year)) continue
    const own = leases.filter((lease) => lease.series === series && lease.year === year)
    const used: Used[] = []
    for (const row of numbers.filter((each) => each.series === series && each.year === year)) {
      const on = row.minutes === null ? undefined : papers.get(row.minutes)
      const symbol = own.find((lease) => lease.id === row.lease)?.symbol ?? series
      const taken = pictures.filter((each) => each.inspection_id === on?.inspection)
      used.push({
        number: row.number, text: on?.paper.text ?? numberText(row.number, symbol), use: row.use, paper: on?.paper ?? null, inspection: on?.inspection ?? '',
        site: await siteOf(s, on?.inspection ?? ''),
        awaiting: on !== undefined && STANDING.has(on.paper.status) && awaitsPages(on.paper, taken),
      })
    }
    const last = (lease: { id: string; from: number }) => Math.max(lease.from - 1, ...numbers.filter((row) => row.lease === lease.id).map((row) => row.number))
    found.push({
      series, year, left: counts.find((each) => each.series === series && each.year === year)?.left ?? 0,
      leases: own.map((lease) => ({ id: lease.id, from: lease.from, to: lease.to, refused: lease.refused, returned: lease.returned === 1, unused: lease.to - last(lease) })),
      used: used.sort((one, other) => other.number - one.number),
    })
  }
  return found.sort((one, other) => other.year - one.year || one.series.localeCompare(other.series))
}

async function siteOf(s: Session, inspection: string): Promise<string> {
  const found = inspection === '' ? undefined : await get(s, 'inspection', inspection)
  const site = found === undefined ? undefined : await get(s, 'establishment', text(found.state.establishment_id))
  return text(site?.state.name)
}
