// Base32 (RFC 4648), upper case, without padding: what the QR code's alphanumeric mode carries without waste.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function base32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += DIGITS[(held >> (bits - 5)) & 31]
  }
  return bits ? text + DIGITS[(held << (5 - bits)) & 31] : text
}

/** Read the one spelling of some bytes; null for any other text (unused bits must be zero). */
export function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const digit of text) {
    const value = DIGITS.indexOf(digit)
    if (value < 0) return null
    held = ((held << 5) | value) & 0xfff
    bits += 5
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 0xff)
  }
  const found = Uint8Array.from(bytes)
  return base32(found) === text ? found : null
}
