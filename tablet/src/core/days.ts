// Days and times as they are written here: Vietnam has one time zone, whatever the tablet is set to.

const OFFSET_MS = 7 * 3_600_000

/** The instant as the protocol writes it, on Vietnam's clock. */
export function instant(at: Date = new Date()): string {
  return `${new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 19)}+07:00`
}

/** The day of an instant, or today, as `2021-08-05`; null for what is none. */
export function dayOf(at: unknown = new Date()): string | null {
  const time = at instanceof Date ? at.getTime() : typeof at === 'string' ? Date.parse(at) : Number.NaN
  return Number.isNaN(time) ? null : new Date(time + OFFSET_MS).toISOString().slice(0, 10)
}

/** A day as it is read here: 05/08/2021; anything else stays as it was written. */
export function shortDay(day: unknown): string {
  const parts = typeof day === 'string' ? /^(\d{4})-(\d{2})-(\d{2})/.exec(day) : null
  return parts === null ? (typeof day === 'string' ? day : '') : `${parts[3]}/${parts[2]}/${parts[1]}`
}

/** The local year of an instant: numbers of minutes run within it. */
export function yearOf(at: string): number {
  return new Date(Date.parse(at) + OFFSET_MS).getUTCFullYear()
}

/** An instant as a box of date and time takes it; '' for none. */
export function boxed(at: string): string {
  const time = Date.parse(at)
  return Number.isNaN(time) ? '' : new Date(time + OFFSET_MS).toISOString().slice(0, 16)
}

/** What stands in a box of date and time, as an instant; null for an emptied one. */
export function unboxed(value: string): string | null {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value) ? `${value.slice(0, 16)}:00+07:00` : null
}

/** The time of an instant: 09:31. */
export function clock(at: unknown): string {
  const time = at instanceof Date ? at.getTime() : typeof at === 'string' ? Date.parse(at) : Number.NaN
  return Number.isNaN(time) ? '' : new Date(time + OFFSET_MS).toISOString().slice(11, 16)
}

/** Time and day of an instant: 09:31 05/08/2021; anything else stays as it was written. */
export function moment(at: unknown): string {
  const day = dayOf(at)
  return day === null ? shortDay(at) : `${clock(at)} ${shortDay(day)}`
}

/** Whether something that holds to the end of a day has run out; null where no day is known. */
export function isOver(until: unknown, today = dayOf()): boolean | null {
  if (typeof until !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(until) || today === null) return null
  return until < today
}
