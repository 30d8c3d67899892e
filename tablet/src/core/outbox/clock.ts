// What the tablet's clock is worth: the offset to the server's, measured with every answer. Evidence, never order.
import type { Clock } from '../types.ts'
import { uuid7 } from './ids.ts'

/** Server minus tablet as one answer showed it; `wall` and `mono` say when (ms), `boot` on which run of the app. */
export interface Offset {
  offset_ms: number
  wall: number
  mono: number
  boot: string
}

/** This run of the app: within it `mono_ms` counts on. */
export const BOOT = uuid7()

/** Measure the offset by an answer that was asked for at `asked` and came at `came` (ms of the tablet's clock). */
export function measured(serverTime: string, asked: number, came: number): Offset | null {
  const server = Date.parse(serverTime)
  if (Number.isNaN(server)) return null
  return { offset_ms: Math.round(server - (asked + came) / 2), wall: came, mono: mono(), boot: BOOT }
}

/** Clock evidence of this moment for an operation; without any answer yet the offset is unknown. */
export function evidence(offset: Offset | undefined, wall: number = Date.now()): Clock {
  if (offset === undefined) return { boot: BOOT, mono_ms: mono(), offset_ms: null, offset_age_s: null }
  const since = offset.boot === BOOT ? mono() - offset.mono : 0
  const passed = wall - offset.wall
  // `mono` may stand still while the tablet sleeps, so only a wall clock that ran less than it was certainly set back.
  const setBack = Math.max(0, since - passed)
  return {
    boot: BOOT, mono_ms: mono(), offset_ms: offset.offset_ms + Math.round(setBack > 2000 ? setBack : 0),
    offset_age_s: Math.max(0, Math.round(Math.max(passed, since) / 1000)),
  }
}

/** A moment as the tablet's own clock and time zone say it: RFC 3339 with offset. */
export function instant(wall: number = Date.now()): string {
  const minutes = -new Date(wall).getTimezoneOffset()
  const sign = minutes < 0 ? '-' : '+'
  const pad = (value: number): string => String(Math.trunc(value)).padStart(2, '0')
  const local = new Date(wall + minutes * 60_000).toISOString().slice(0, 19)
  return `${local}${sign}${pad(Math.abs(minutes) / 60)}:${pad(Math.abs(minutes) % 60)}`
}

function mono(): number {
  return Math.round(performance.now())
}
