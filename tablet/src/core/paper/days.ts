// Days and instants as Python reads them (date.fromisoformat, datetime.fromisoformat), shown as the clock of Vietnam shows them.

/** Vietnam has one zone without summer time; minutes are read where they were signed. */
const OFFSET_MINUTES = 7 * 60
/** The server reads ten characters that begin with a day without hyphens as that day. */
const DAY = /^(?:(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})(?:[^]{2})?)$/u
const INSTANT =
  /^(\d{4}-\d{2}-\d{2}|\d{8})[^](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)?(?:(Z)|([+-])(\d{2}):?(\d{2})?(?::?(\d{2})(?:[.,]\d+)?)?)$/

/** An instant as the clock of Vietnam showed it. */
export interface Local {
  /** ISO 8601. */
  day: string
  hour: number
  minute: number
  second: number
  microsecond: number
}

/** Read a day as ISO 8601, null for what is none. */
export function isoDay(text: string): string | null {
  const [year = '', month = '', day = ''] = DAY.exec(text)?.slice(1).filter((part) => part !== undefined) ?? []
  return isThere(Number(year), Number(month), Number(day)) ? `${year}-${month}-${day}` : null
}

/** Read an instant (RFC 3339 with offset) as Vietnamese local time, null for what is none. */
export function local(instant: unknown): Local | null {
  const parts = typeof instant === 'string' ? INSTANT.exec(instant) : null
  const day = parts && isoDay(parts[1] ?? '')
  if (!parts || !day) return null
  const [hour, minute, second] = [Number(parts[2]), Number(parts[3] ?? 0), Number(parts[4] ?? 0)]
  const [zoneHour, zoneMinute, zoneSecond] = [Number(parts[8] ?? 0), Number(parts[9] ?? 0), Number(parts[10] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 23 || zoneMinute > 59 || zoneSecond > 59) return null
  const zone = (parts[7] === '-' ? -1 : 1) * ((zoneHour * 60 + zoneMinute) * 60 + zoneSecond)
  const at = midnight(day) + ((hour * 60 + minute) * 60 + second - zone + OFFSET_MINUTES * 60) * 1000
  const moment = new Date(at)
  return {
    day: isoOf(moment), hour: moment.getUTCHours(), minute: moment.getUTCMinutes(), second: moment.getUTCSeconds(),
    microsecond: Number((parts[5] ?? '').padEnd(6, '0').slice(0, 6)),
  }
}

/** Write local time as isoformat() does: seconds, microseconds where there are any, the offset of Vietnam. */
export function isoLocal(at: Local, fraction = true): string {
  const clock = [at.hour, at.minute, at.second].map((part) => String(part).padStart(2, '0')).join(':')
  const rest = fraction && at.microsecond ? `.${String(at.microsecond).padStart(6, '0')}` : ''
  return `${at.day}T${clock}${rest}+07:00`
}

function isThere(year: number, month: number, day: number): boolean {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const length = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= length
}

function midnight(day: string): number {
  const [year, month, date] = day.split('-').map(Number)
  return new Date(0).setUTCFullYear(year ?? 1, (month ?? 1) - 1, date)
}

function isoOf(moment: Date): string {
  const month = String(moment.getUTCMonth() + 1).padStart(2, '0')
  return `${String(moment.getUTCFullYear()).padStart(4, '0')}-${month}-${String(moment.getUTCDate()).padStart(2, '0')}`
}
