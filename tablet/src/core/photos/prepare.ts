// From the camera's file to the bytes that are kept: looked at, shrunk where it is large, its EXIF carried over, hashed.
import { exifOf, isWholeJpeg, mediaType, upright, withExif, type MediaType } from './exif.ts'

/** The long edge of what is kept: a nameplate is still read, ten photos still go over a weak link. */
export const LONG_EDGE = 2048
export const THUMB_EDGE = 320
const QUALITY = 0.85
/** The server takes no larger upload. */
const LARGEST = 64 * 1024 * 1024

export type Refusal = 'empty' | 'not_image' | 'broken' | 'too_large'

/** A file that cannot be kept as a photo; `reason` has its sentence in the words of the screens. */
export class PhotoRefused extends Error {
  readonly reason: Refusal

  constructor(reason: Refusal) {
    super(reason)
    this.reason = reason
  }
}

export interface Prepared {
  bytes: Uint8Array<ArrayBuffer>
  media_type: MediaType
  sha256: string
  /** The camera's own file, where what is kept was made from it. */
  original_sha256: string | null
  /** A small picture for the screen; null where this browser cannot draw it. */
  thumb: Blob | null
}

/** Look at a file and return the bytes to keep; refuses (PhotoRefused) what nobody could look at later. */
export async function prepare(file: Blob): Promise<Prepared> {
  if (file.size === 0) throw new PhotoRefused('empty')
  if (file.size > LARGEST) throw new PhotoRefused('too_large')
  const original = new Uint8Array(await file.arrayBuffer())
  const kind = mediaType(original)
  if (kind === null) throw new PhotoRefused('not_image')
  if (kind === 'image/jpeg' && !isWholeJpeg(original)) throw new PhotoRefused('broken')
  const bitmap = await decoded(file, kind)
  const whole = { bytes: original, media_type: kind, sha256: await sha256(original), original_sha256: null }
  if (bitmap === null) return { ...whole, thumb: null }
  try {
    const thumb = new Blob([await asJpeg(bitmap, THUMB_EDGE)], { type: 'image/jpeg' })
    if (kind === 'image/jpeg' && Math.max(bitmap.width, bitmap.height) <= LONG_EDGE) return { ...whole, thumb }
    const exif = kind === 'image/jpeg' ? exifOf(original) : null
    const drawn = await asJpeg(bitmap, LONG_EDGE)
    const bytes = exif === null ? drawn : new Uint8Array(withExif(drawn, upright(exif)))
    return { bytes, media_type: 'image/jpeg', sha256: await sha256(bytes), original_sha256: whole.sha256, thumb }
  } finally {
    bitmap.close()
  }
}

/** The size that a picture is shrunk to; a smaller one stays as it is. */
export function fitted(width: number, height: number, edge = LONG_EDGE): { width: number; height: number } {
  const scale = Math.min(1, edge / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** SHA-256 as hex digits, as documents name bytes. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A canvas as the bytes of a JPEG. */
export async function encoded(canvas: HTMLCanvasElement): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
  if (blob === null) throw new PhotoRefused('broken')
  return new Uint8Array(await blob.arrayBuffer())
}

/** A canvas of a size with paper behind it: a JPEG has no transparency. */
export function paper(width: number, height: number): { canvas: HTMLCanvasElement; pen: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')
  if (pen === null) throw new PhotoRefused('too_large')
  pen.fillStyle = '#ffffff'
  pen.fillRect(0, 0, width, height)
  pen.imageSmoothingQuality = 'high'
  return { canvas, pen }
}

/** The picture, upright. Null for HEIC that this browser cannot open: the server can, so it is kept as it is. */
async function decoded(file: Blob, kind: MediaType): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(file, { imageOrientation: 'from-image' })
  } catch {
    if (kind === 'image/heic') return null
    throw new PhotoRefused('broken')
  }
}

/** A picture drawn with its longer edge at most so long. */
export async function asJpeg(bitmap: ImageBitmap | HTMLCanvasElement, edge: number): Promise<Uint8Array<ArrayBuffer>> {
  const size = fitted(bitmap.width, bitmap.height, edge)
  const { canvas, pen } = paper(size.width, size.height)
  pen.drawImage(bitmap, 0, 0, size.width, size.height)
  return encoded(canvas)
}
