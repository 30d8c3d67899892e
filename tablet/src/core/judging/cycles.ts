// How long a verification holds: twin of checklists/cycles.py. The cycle of an instrument on a day, to propose due dates.

import type { Rules, State } from '../types'
import { own } from './plain'

/**
 * Return the cycle in force (its `months`, `status` and `source`), or null where none was read.
 *
 * Without a `kind` an instrument type whose kinds have different cycles has none. A printed date on a stamp or certificate
 * goes before any cycle: this proposes, it never says that a verification has lapsed.
 */
export function cycleMonths(rules: Rules, instrumentType: string, on: string, kind: string | null = null): State | null {
  const rows = (rules.cycles ?? []).filter((row) => {
    const [from, to, of] = [own(row, 'valid_from'), own(row, 'valid_to'), own(row, 'kind') ?? null]
    return (
      own(row, 'instrument_type') === instrumentType &&
      typeof own(row, 'months') === 'number' &&
      (typeof from !== 'string' || from <= on) &&
      (typeof to !== 'string' || on <= to) &&
      (kind === null || of === null || of === kind)
    )
  })
  const months = new Set(rows.map((row) => row['months']))
  return months.size === 1 ? rows[0] ?? null : null
}
