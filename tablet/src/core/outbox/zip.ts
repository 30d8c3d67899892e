// A ZIP file of parts that are kept as they are (photos do not shrink): no package, and no copy of the photos in memory.

export interface Part {
  name: string
  bytes: Blob
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})
const UTF8 = 0x0800
const LIMIT = 0xffffffff

/** Write a ZIP (APPNOTE 6.3.3, method 0). Parts are read one after the other. */
export async function zip(parts: readonly Part[], at = new Date()): Promise<Blob> {
  const [files, directory]: [BlobPart[], BlobPart[]] = [[], []]
  let [offset, size] = [0, 0]
  for (const part of parts) {
    const name = new TextEncoder().encode(part.name)
    const fields = [UTF8, 0, time(at), day(at)]
    const sum = crc32(new Uint8Array(await part.bytes.arrayBuffer()))
    const sizes = [sum, part.bytes.size, part.bytes.size]
    files.push(record(0x04034b50, [20, ...fields], sizes, [name.length, 0]), name, part.bytes)
    directory.push(record(0x02014b50, [20, 20, ...fields], sizes, [name.length, 0, 0, 0, 0], [0, offset]), name)
    offset += 30 + name.length + part.bytes.size
    size += 46 + name.length
  }
  if (offset + size > LIMIT) throw new RangeError('more than a ZIP file can hold')
  const end = record(0x06054b50, [0, 0, parts.length, parts.length], [size, offset], [0])
  return new Blob([...files, ...directory, end], { type: 'application/zip' })
}

/** One header: a signature, then 16-bit and 32-bit numbers in turn, little endian. */
function record(signature: number, ...groups: number[][]): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  const put = (value: number, count: number): void => {
    for (let index = 0; index < count; index++) bytes.push((value >>> (8 * index)) & 0xff)
  }
  put(signature, 4)
  groups.forEach((group, index) => group.forEach((value) => put(value, index % 2 === 0 ? 2 : 4)))
  return Uint8Array.from(bytes)
}

export function crc32(bytes: Uint8Array): number {
  let sum = LIMIT
  for (const byte of bytes) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0)
  return (sum ^ LIMIT) >>> 0
}

function time(at: Date): number {
  return (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1)
}

function day(at: Date): number {
  return ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()
}
