// Days as YYYY-MM-DD: what Python's datetime and calendar give to checklists/. Years 1 to 9999, no time, no zone.

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MS_PER_DAY = 86_400_000
const LAST_YEAR = 9999

/** Tell whether a text is a day of the calendar, written YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false
  const [year, month, day] = parts(text)
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

/** Return how many days a month has. */
export function daysOf(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

/** Return the day with these numbers. */
export function dayOf(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** Return year, month and day of a day. */
export function parts(day: string): [number, number, number] {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return [year, month, date]
}

/** Return the same day so many calendar months later, the last of a shorter month; the calendar ends on 9999-12-31. */
export function monthsAfter(day: string, months: number): string {
  const [year, month, date] = parts(day)
  const total = year * 12 + month - 1 + months
  const [then, at] = [Math.floor(total / 12), (total % 12) + 1]
  return then > LAST_YEAR ? dayOf(LAST_YEAR, 12, 31) : dayOf(then, at, Math.min(date, daysOf(then, at)))
}

/** Return how many days lie between two days; below zero where the second is the earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / MS_PER_DAY)
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
