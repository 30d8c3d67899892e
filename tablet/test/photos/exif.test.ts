// EXIF is evidence: what the camera wrote must reach the server, whatever was done to the pixels.
import { describe, expect, it } from 'vitest'
import { exifOf, isWholeJpeg, mediaType, orientation, upright, withExif } from '../../src/core/photos/exif.ts'

type Order = 'II' | 'MM'

/** An APP1 segment with the tags given, each a SHORT, as a camera of either byte order writes it. */
function app1(order: Order, tags: [number, number][]): Uint8Array {
  const little = order === 'II'
  const bytes = new Uint8Array(4 + 6 + 8 + 2 + tags.length * 12 + 4)
  const view = new DataView(bytes.buffer)
  bytes.set([0xff, 0xe1], 0)
  view.setUint16(2, bytes.length - 2)
  bytes.set([0x45, 0x78, 0x69, 0x66, 0, 0], 4)
  bytes.set([...order].map((c) => c.charCodeAt(0)), 10)
  view.setUint16(12, 42, little)
  view.setUint32(14, 8, little)
  view.setUint16(18, tags.length, little)
  tags.forEach(([tag, value], n) => {
    const at = 20 + n * 12
    view.setUint16(at, tag, little)
    view.setUint16(at + 2, 3, little)
    view.setUint32(at + 4, 1, little)
    view.setUint16(at + 8, value, little)
  })
  return bytes
}

const APP0 = Uint8Array.of(0xff, 0xe0, 0, 7, 0x4a, 0x46, 0x49, 0x46, 0)
const SCAN = Uint8Array.of(0xff, 0xda, 0, 4, 1, 2, 0x55, 0xff, 0, 0x66)

function jpeg(parts: Uint8Array[], end = true): Uint8Array {
  return Uint8Array.from([0xff, 0xd8, ...parts.flatMap((p) => [...p]), ...SCAN, ...(end ? [0xff, 0xd9] : [])])
}

describe.each<Order>(['II', 'MM'])('EXIF written %s', (order) => {
  const segment = app1(order, [[0x010f, 7], [0x0112, 6], [0x0128, 2]])

  it('is found behind other segments and carried over byte for byte', () => {
    expect(exifOf(jpeg([APP0, segment]))).toEqual(segment)
    expect(exifOf(withExif(jpeg([APP0]), segment))).toEqual(segment)
  })

  it('tells the orientation, and the upright copy differs in that alone', () => {
    expect(orientation(segment)).toBe(6)
    const copy = upright(segment)
    expect(orientation(copy)).toBe(1)
    expect(copy.filter((byte, n) => byte !== segment[n]).length).toBe(1)
    expect(orientation(segment)).toBe(6)
  })

  it('takes the place of one that is there', () => {
    const other = app1(order, [[0x0112, 3]])
    const made = withExif(jpeg([APP0, other]), segment)
    expect(made.length).toBe(jpeg([APP0, segment]).length)
    expect(orientation(exifOf(made) ?? new Uint8Array())).toBe(6)
  })
})

describe('bytes that are no good photo', () => {
  it('a cut JPEG is not whole, one with bytes behind its end is', () => {
    expect(isWholeJpeg(jpeg([APP0]))).toBe(true)
    expect(isWholeJpeg(Uint8Array.from([...jpeg([APP0]), 1, 2, 3]))).toBe(true)
    expect(isWholeJpeg(jpeg([APP0], false))).toBe(false)
    expect(isWholeJpeg(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0xff))).toBe(false)
  })

  it('the end mark of the small picture inside EXIF does not count', () => {
    const inside = Uint8Array.of(0xff, 0xe1, 0, 4, 0xff, 0xd9)
    expect(isWholeJpeg(jpeg([inside], false))).toBe(false)
  })

  it('hostile lengths and counts are read without an exception', () => {
    const segment = app1('II', [[0x0112, 6]])
    for (let n = 0; n < segment.length; n++) {
      for (const value of [0, 0xff]) {
        const bad = segment.slice()
        bad[n] = value
        expect(orientation(upright(bad))).toBeLessThanOrEqual(8)
        isWholeJpeg(jpeg([bad]))
        exifOf(jpeg([bad]))
      }
    }
  })

  it('an orientation that no camera writes is none', () => {
    expect(orientation(app1('MM', [[0x0112, 77]]))).toBe(1)
  })
})

describe('what a file is', () => {
  const heic = [0, 0, 0, 24, ...[...'ftypheic'].map((c) => c.charCodeAt(0))]
  it.each([
    ['image/jpeg', [0xff, 0xd8, 0xff, 0xe0]],
    ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    ['image/webp', [...'RIFF....WEBP'].map((c) => c.charCodeAt(0))],
    ['image/heic', heic],
    [null, [0x25, 0x50, 0x44, 0x46]],
    [null, []],
  ])('%s by its first bytes', (kind, bytes) => {
    expect(mediaType(Uint8Array.from(bytes))).toBe(kind)
  })
})
