// The site and its instruments as minutes print them: twin of sync/paper_site.py.
import type { Json, State } from '../types'
import type { Context } from './context.ts'
import { person } from './people.ts'
import { folded, mapping, type Doc } from './shape.ts'
import { INSTRUMENTS, joined, shortDay, text, word } from './words.ts'

/** A province, not a provincial road (tỉnh lộ 293). */
const PROVINCE = /(?<![\p{L}\p{N}_])tỉnh(?![\p{L}\p{N}_]|[ ]+lộ(?![\p{L}\p{N}_]))/iu

/** Write the address by the administrative units of the day. */
export function place(establishment: Doc, area: Doc | null): string {
  const address = text(establishment.address)
  const parts = [address]
  for (const name of ['name', 'district', 'province']) {
    const part = text(area?.[name])
    // Written before a merger: "tỉnh Bắc Giang, Bắc Ninh" is no place.
    if (name === 'province' && PROVINCE.test(address)) continue
    if (part && !folded(address).includes(folded(part))) parts.push(part)
  }
  return joined(', ', parts)
}

export function site(establishment: Doc, area: Doc | null): State {
  return {
    id: text(establishment.id),
    name: text(establishment.name),
    address: place(establishment, area),
    area_code: text(establishment.area_code),
    tax_code: text(establishment.tax_code),
    phone: text(establishment.phone),
    business_lines: text(establishment.business_lines),
    representative: person(mapping(establishment.representative)),
  }
}

export function instrument(context: Context, id: Json, number: number): State {
  const doc = context.instrument(id) ?? {}
  return {
    number,
    name: joined(' ', [word(INSTRUMENTS, text(doc.type)), text(mapping(doc.attributes).label)]),
    make: joined(' ', [text(doc.maker), text(doc.model)]),
    serial: text(doc.serial),
    year: text(doc.year),
    mark: text(doc.mark_serial),
    certificate: text(doc.certificate_number),
    verified_until: shortDay(doc.verified_until),
  }
}
