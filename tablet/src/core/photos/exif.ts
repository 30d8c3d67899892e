// What a photo's bytes say without decoding them: its kind, whether it is whole, and its EXIF segment to carry over.

export type MediaType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/heic'

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP0 = 0xe0
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0]
const ORIENTATION = 0x0112
const SHORT = 3
const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1']

/** What the bytes are, by their first ones; a name or a declared type may lie. */
export function mediaType(bytes: Uint8Array): MediaType | null {
  if (starts(bytes, [0xff, SOI, 0xff])) return 'image/jpeg'
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png'
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (word(0) === 'RIFF' && word(8) === 'WEBP') return 'image/webp'
  if (word(4) === 'ftyp' && HEIC_BRANDS.includes(word(8))) return 'image/heic'
  return null
}

/** Whether a JPEG reaches its end mark: browsers draw a cut one without a word, the server calls it unusable. */
export function isWholeJpeg(bytes: Uint8Array): boolean {
  let from = -1
  for (const part of segments(bytes)) if (part.marker === SOS) from = part.end
  if (from < 0) return false
  for (let at = from; at + 1 < bytes.length; at++) if (bytes[at] === 0xff && bytes[at + 1] === EOI) return true
  return false
}

/** The whole APP1 segment with the EXIF data (mark and length included), null where there is none. */
export function exifOf(jpeg: Uint8Array): Uint8Array | null {
  for (const part of segments(jpeg)) {
    if (part.marker === APP1 && starts(jpeg.subarray(part.start + 4), EXIF)) return jpeg.slice(part.start, part.end)
  }
  return null
}

/** The same segment for pixels that were turned upright: everything kept but the orientation, which becomes 1. */
export function upright(segment: Uint8Array): Uint8Array {
  const copy = segment.slice()
  const at = orientationAt(copy)
  if (at !== null) at.view.setUint16(at.offset, 1, at.little)
  return copy
}

/** The orientation that the camera wrote, 1 to 8; 1 where it wrote none. */
export function orientation(segment: Uint8Array): number {
  const at = orientationAt(segment)
  const found = at === null ? 1 : at.view.getUint16(at.offset, at.little)
  return found >= 1 && found <= 8 ? found : 1
}

/** Put an EXIF segment right behind the start mark, where readers look for it; one that is there already goes. */
export function withExif(jpeg: Uint8Array, segment: Uint8Array): Uint8Array {
  const old = [...segments(jpeg)].find((part) => part.marker === APP1 && starts(jpeg.subarray(part.start + 4), EXIF))
  const rest = old ? [jpeg.subarray(2, old.start), jpeg.subarray(old.end)] : [jpeg.subarray(2)]
  return joined([jpeg.subarray(0, 2), segment, ...rest])
}

interface Part {
  marker: number
  start: number
  end: number
}

/** The segments up to the first scan; stops without a word where the bytes are no JPEG any more. */
function* segments(bytes: Uint8Array): Generator<Part> {
  if (!starts(bytes, [0xff, SOI])) return
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at += 1 // a fill byte before the mark
      continue
    }
    if (marker < APP0 && !(marker >= 0xc0 && marker <= 0xdd)) return
    const end = at + 2 + ((bytes[at + 2] ?? 0) << 8) + (bytes[at + 3] ?? 0)
    if (end < at + 4 || end > bytes.length) return
    yield { marker, start: at, end }
    if (marker === SOS) return
    at = end
  }
}

interface Place {
  view: DataView
  offset: number
  little: boolean
}

/** Where the value of the orientation stands in IFD0 of a segment, null where there is none that we can read. */
function orientationAt(segment: Uint8Array): Place | null {
  const tiff = 4 + EXIF.length
  if (segment.length < tiff + 8) return null
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength)
  const order = view.getUint16(tiff)
  if (order !== 0x4949 && order !== 0x4d4d) return null
  const little = order === 0x4949
  const ifd = tiff + view.getUint32(tiff + 4, little)
  if (ifd + 2 > segment.length) return null
  const count = view.getUint16(ifd, little)
  for (let n = 0; n < count; n++) {
    const entry = ifd + 2 + n * 12
    if (entry + 12 > segment.length) return null
    if (view.getUint16(entry, little) !== ORIENTATION) continue
    return view.getUint16(entry + 2, little) === SHORT ? { view, offset: entry + 8, little } : null
  }
  return null
}

function starts(bytes: Uint8Array, with_: number[]): boolean {
  return bytes.length >= with_.length && with_.every((byte, n) => bytes[n] === byte)
}

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
