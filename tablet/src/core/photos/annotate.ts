// Circles and arrows on a photo: drawn on a copy that is a photo of its own and says what it derives from.
import type { Session } from '../store/session.ts'
import { exifOf, mediaType, upright, withExif } from './exif.ts'
import { keep } from './capture.ts'
import { asJpeg, encoded, paper, PhotoRefused, sha256, THUMB_EDGE } from './prepare.ts'

/** A mark from where the finger went down to where it was lifted, in parts of the picture's width and height. */
export interface Mark { shape: 'circle' | 'arrow'; from: [number, number]; to: [number, number] }

const RED = '#d40000'
const HALO = '#ffffff'

/** Draw marks on a canvas over a picture of that size; a white halo keeps the red visible on anything. */
export function draw(pen: CanvasRenderingContext2D, marks: readonly Mark[], width: number, height: number): void {
  const stroke = Math.max(4, Math.max(width, height) / 160)
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  for (const [colour, thick] of [[HALO, stroke * 2], [RED, stroke]] as const) {
    pen.strokeStyle = colour
    pen.lineWidth = thick
    for (const mark of marks) {
      pen.beginPath()
      trace(pen, mark, width, height, stroke * 6)
      pen.stroke()
    }
  }
}

function trace(pen: CanvasRenderingContext2D, { shape, from, to }: Mark, width: number, height: number, head: number): void {
  const [x1, y1, x2, y2] = [from[0] * width, from[1] * height, to[0] * width, to[1] * height]
  if (shape === 'circle') {
    pen.ellipse((x1 + x2) / 2, (y1 + y2) / 2, Math.max(4, Math.abs(x2 - x1) / 2), Math.max(4, Math.abs(y2 - y1) / 2), 0, 0, 2 * Math.PI)
    return
  }
  const angle = Math.atan2(y2 - y1, x2 - x1)
  pen.moveTo(x1, y1)
  pen.lineTo(x2, y2)
  for (const side of [-1, 1]) {
    pen.moveTo(x2, y2)
    pen.lineTo(x2 - head * Math.cos(angle + side * 0.5), y2 - head * Math.sin(angle + side * 0.5))
  }
}

export interface Original { id: string; sha256: string; inspection: string; finding: string | null }

/** Keep a marked copy of a photo; the original stays as it is. Returns the copy's id. */
export async function annotate(s: Session, original: Original, blob: Blob, marks: readonly Mark[], attach: (photo: string) => Promise<unknown>): Promise<string> {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => {
    throw new PhotoRefused('broken')
  })
  const { canvas, pen } = paper(bitmap.width, bitmap.height)
  pen.drawImage(bitmap, 0, 0)
  draw(pen, marks, bitmap.width, bitmap.height)
  bitmap.close()
  const source = new Uint8Array(await blob.arrayBuffer())
  const exif = mediaType(source) === 'image/jpeg' ? exifOf(source) : null
  const drawn = await encoded(canvas)
  const bytes = exif === null ? drawn : new Uint8Array(withExif(drawn, upright(exif)))
  const thumb = new Blob([await asJpeg(canvas, THUMB_EDGE)], { type: 'image/jpeg' })
  const { inspection, finding, id, sha256: original_sha256 } = original
  const given = { inspection, finding, purpose: 'evidence' as const, position: null, derives_from: id, attach }
  return keep(s, given, { bytes, media_type: 'image/jpeg', sha256: await sha256(bytes), original_sha256, thumb })
}
