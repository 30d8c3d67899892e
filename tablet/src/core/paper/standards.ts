// Under which certificate a measurement standard stood on a day: twin of certificate_on and unsupported_on in checklists/standards.py.
import { get, mappings, sortedBy, str, truthy, type Doc } from './shape.ts'

/** Return the certificate that a standard stood under on a day (ISO): the newest issued by then, null where none was. */
export function certificateOn(standard: Doc, on: string): Doc | null {
  return certificates(standard).findLast((row) => dayOf(row, 'issued_on') <= on) ?? null
}

/** Return the first of these days on which a standard stood under no certificate that had not run out. */
export function unsupportedOn(standard: Doc, days: string[]): string | null {
  const isValid = (on: string) => {
    const row = certificateOn(standard, on)
    return row !== null && on <= dayOf(row, 'valid_until')
  }
  return [...days].sort().find((on) => !isValid(on)) ?? null
}

/** Return the certificates that count, oldest first: withdrawn ones do not. */
function certificates(standard: Doc): Doc[] {
  const rows = mappings(standard.certificates)
  // A standard written before there was a history has one certificate.
  const before = {
    number: get(standard, 'certificate_number'), issued_on: get(standard, 'valid_from'),
    valid_until: get(standard, 'calibrated_until'),
  }
  const standing = (rows.length ? rows : [before]).filter((row) => !truthy(row.withdrawn))
  return sortedBy(standing, (row) => [dayOf(row, 'issued_on')])
}

function dayOf(row: Doc, name: string): string {
  return truthy(row[name]) ? str(row[name]) : ''
}
