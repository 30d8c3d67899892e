// A signature drawn on the screen: polylines of whole numbers, [x, y, x, y, …] each, as small as the protocol asks.
import { MAX_STROKES } from './signatures.ts'

/** The grid that a pad is read on: fine enough for a pen, coarse enough for short numbers. */
export const PAD = { width: 500, height: 200 }
/** Nearer points than this add bytes and no shape. */
const NEAR = 3

/** Append a point to a line; one that is no way from the last is left out. */
export function extended(line: readonly number[], x: number, y: number): number[] {
  const [px, py] = [within(x, PAD.width), within(y, PAD.height)]
  const [lx, ly] = line.slice(-2)
  if (lx !== undefined && ly !== undefined && Math.hypot(px - lx, py - ly) < NEAR) return [...line]
  return [...line, px, py]
}

/** The lines that are some, thinned until they fit into a record: every other inner point goes, the ends stay. */
export function fitting(lines: readonly (readonly number[])[], most = MAX_STROKES): number[][] {
  let found = lines.filter((line) => line.length > 2).map((line) => [...line])
  while (JSON.stringify(found).length > most && found.some((line) => line.length > 4)) found = found.map(thinned)
  return found
}

function thinned(line: number[]): number[] {
  const last = line.length / 2 - 1
  return line.filter((_, n) => { const point = Math.floor(n / 2); return point % 2 === 0 || point === last })
}

const within = (at: number, most: number): number => Math.min(most, Math.max(0, Math.round(at)))
