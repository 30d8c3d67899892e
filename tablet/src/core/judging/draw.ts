// Random samples that anybody can draw again: twin of checklists/draw.py, which tells the algorithm (`sha256-rank`).

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { byCodePoints, length, strip } from './plain'

// More meters than a province has; keeps a mistyped number from filling the memory.
const MAX_POPULATION = 2_000_000
const MAX_TEXT = 100
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u

/** A list, a size or a seed that no sample can be drawn from; the message is Vietnamese and names the line. */
export class DrawError extends Error {}

/**
 * One drawn sample with all that repeats it. `list_sha256` shows later whether the list was the same: SHA-256 of the units
 * in order of their code points, each followed by a line feed.
 */
export interface Draw {
  seed: string
  population: number
  list_sha256: string
  units: string[]
}

/**
 * Draw `size` units by the ranking of a seed; the same list, in whatever order, and seed give the same sample.
 *
 * Refuses an empty or repeated unit, a sample larger than its lot, and an unusable seed.
 */
export function draw(units: string[], size: number, seed: string): Draw {
  const root = written(seed, 'Số gốc (seed)')
  const lot = distinct(units)
  if (size < 1) throw new DrawError(`Cỡ mẫu phải từ 1 trở lên, đã ghi ${size}.`)
  if (size > lot.length) throw new DrawError(`Lô chỉ có ${lot.length} đơn vị, ít hơn cỡ mẫu ${size}.`)
  const keyed = lot.map((unit) => ({ unit, key: digest(`${root}:${unit}`) }))
  keyed.sort((one, two) => (one.key < two.key ? -1 : one.key > two.key ? 1 : 0))
  const lines = [...lot].sort(byCodePoints).map((unit) => `${unit}\n`).join('')
  return { seed: root, population: lot.length, list_sha256: digest(lines), units: keyed.slice(0, size).map(({ unit }) => unit) }
}

/** Return the units 1 to `count` of a lot that has no serial numbers: pieces counted as they lie or stand. */
export function numbered(count: number): string[] {
  if (!(count >= 1 && count <= MAX_POPULATION)) {
    throw new DrawError(`Số đơn vị của lô phải từ 1 đến ${MAX_POPULATION}, đã ghi ${count}.`)
  }
  return Array.from({ length: count }, (_, n) => String(n + 1))
}

/** Return the units of a list, one a line, as a register exports it. One line feed at the very end is no unit. */
export function listed(text: string): string[] {
  const lines = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n').replace(/\n$/, '')
  return lines ? lines.split('\n') : []
}

/** Return the units as they are ranked; two that differ only in capitals are one meter written twice. */
function distinct(units: string[]): string[] {
  const lines = new Map<string, number>()
  const found: string[] = []
  for (const [n, unit] of units.entries()) {
    const number = n + 1
    if (number > MAX_POPULATION) throw new DrawError(`Danh sách dài quá ${MAX_POPULATION} dòng.`)
    const text = written(unit, `Dòng ${number}`)
    const folded = fold(text)
    const first = lines.get(folded)
    if (first !== undefined) {
      throw new DrawError(`Dòng ${number}: “${text}” đã có ở dòng ${first}; mỗi đơn vị chỉ được ghi một lần.`)
    }
    lines.set(folded, number)
    found.push(text)
  }
  if (!found.length) throw new DrawError('Danh sách trống: chưa có đơn vị nào để bốc mẫu.')
  return found
}

/** Return one text for all that differ only in capitals: the same classes as Python's casefold. */
export function fold(text: string): string {
  return Array.from(text, (sign) => (sign === 'ı' ? sign : sign.toLowerCase().toUpperCase().toLowerCase())).join('')
}

function written(raw: string, where: string): string {
  const text = strip(raw.normalize('NFC'))
  if (!text) throw new DrawError(`${where}: để trống.`)
  if (length(text) > MAX_TEXT) throw new DrawError(`${where}: dài quá ${MAX_TEXT} ký tự.`)
  if (HIDDEN.test(text)) throw new DrawError(`${where}: có ký tự điều khiển hoặc ký tự ẩn.`)
  return text
}

function digest(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}
