// Core deterministic CBOR, as much of it as a COSE_Sign1 needs (docs/minutes-qr.md): written shortest, read in any spelling.

export type Cbor = null | boolean | number | string | Uint8Array | Cbor[] | Map<Cbor, Cbor> | Tagged

export class Tagged {
  constructor(
    readonly tag: number,
    readonly value: Cbor,
  ) {}
}

const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 }
/** Hostile nesting ends here, long before the stack does. */
const MAX_DEPTH = 16

/** Write a value; keys of a map stand in the order in which they were put in. */
export function encode(value: Cbor): Uint8Array {
  const out: number[] = []
  write(out, value)
  return Uint8Array.from(out)
}

function write(out: number[], value: Cbor): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError('CBOR of a seal holds whole numbers only')
    head(out, value < 0 ? MAJOR.negative : MAJOR.unsigned, value < 0 ? -1 - value : value)
  } else if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value)
    head(out, MAJOR.text, bytes.length)
    out.push(...bytes)
  } else if (value instanceof Uint8Array) {
    head(out, MAJOR.bytes, value.length)
    out.push(...value)
  } else if (Array.isArray(value)) {
    head(out, MAJOR.array, value.length)
    for (const each of value) write(out, each)
  } else if (value instanceof Map) {
    head(out, MAJOR.map, value.size)
    for (const [key, each] of value) {
      write(out, key)
      write(out, each)
    }
  } else if (value instanceof Tagged) {
    head(out, MAJOR.tag, value.tag)
    write(out, value.value)
  } else {
    head(out, MAJOR.simple, value === null ? 22 : value ? 21 : 20)
  }
}

function head(out: number[], major: number, length: number): void {
  const type = major << 5
  if (length < 24) out.push(type | length)
  else if (length < 0x100) out.push(type | 24, length)
  else if (length < 0x10000) out.push(type | 25, length >> 8, length & 0xff)
  else if (length < 0x100000000) out.push(type | 26, ...bigEndian(length, 4))
  else out.push(type | 27, ...bigEndian(Math.floor(length / 0x100000000), 4), ...bigEndian(length % 0x100000000, 4))
}

function bigEndian(value: number, width: number): number[] {
  return Array.from({ length: width }, (_, index) => (value >>> (8 * (width - 1 - index))) & 0xff)
}

/** Read the first value; what stands after it is left alone. Throws RangeError for what is cut short or is none of ours. */
export function decode(bytes: Uint8Array): Cbor {
  return new Reader(bytes).value(0)
}

class Reader {
  private at = 0
  constructor(private readonly bytes: Uint8Array) {}

  value(depth: number): Cbor {
    if (depth > MAX_DEPTH) throw new RangeError('too deep')
    const first = this.byte()
    const major = first >> 5
    if (major === MAJOR.simple) return this.simple(first & 31)
    const length = this.length(first & 31)
    if (major === MAJOR.unsigned) return length
    if (major === MAJOR.negative) return -1 - length
    if (major === MAJOR.bytes) return this.take(length)
    if (major === MAJOR.text) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(length))
    if (major === MAJOR.tag) return new Tagged(length, this.value(depth + 1))
    if (length > this.bytes.length) throw new RangeError('cut short')
    if (major === MAJOR.array) return Array.from({ length }, () => this.value(depth + 1))
    const found = new Map<Cbor, Cbor>()
    for (let n = 0; n < length; n++) found.set(this.value(depth + 1), this.value(depth + 1))
    return found
  }

  private simple(kind: number): Cbor {
    if (kind === 20 || kind === 21) return kind === 21
    if (kind === 22) return null
    throw new RangeError('no such value in a seal')
  }

  private length(info: number): number {
    if (info < 24) return info
    if (info > 27) throw new RangeError('no definite length')
    let value = 0
    for (let n = 0; n < 1 << (info - 24); n++) value = value * 256 + this.byte()
    if (!Number.isSafeInteger(value)) throw new RangeError('too large')
    return value
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new RangeError('cut short')
    return this.bytes.slice(this.at, (this.at += length))
  }

  private byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new RangeError('cut short')
    return byte
  }
}
