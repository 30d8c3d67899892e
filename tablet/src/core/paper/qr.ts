// QR symbols of minutes: the same modules that the server draws (docs/minutes-qr.md): twin of server/printing/qr.py.
import { encode } from 'uqr'

/** Fixed, because encoders disagree on how to score the eight masks. */
export const MASK = 2
/** A 30 mm symbol of version 10 has modules of 0.526 mm; beyond it they fall under 0.5 mm. */
const MAX_VERSION = 10
export const MAX_CHARACTERS = 311
const ALPHANUMERIC = /^[0-9A-Z $%*+\-./:]*$/

/** A text that does not fit a version 10 symbol, or no QR code at all; the message is for people. */
export class QrTextError extends Error {}

/** Encode a text as one alphanumeric segment, level M without boost, mask 2; return rows of `0` and `1`, no border. */
export function modules(text: string): string[] {
  if (text.length > MAX_CHARACTERS) {
    throw new QrTextError(
      `Mã QR dài ${text.length} ký tự, vượt quá ${MAX_CHARACTERS} ký tự của phiên bản ${MAX_VERSION}.`,
    )
  }
  if (!ALPHANUMERIC.test(text)) throw new QrTextError('Mã QR không mã hóa được: có ký tự ngoài bảng chữ và số.')
  const symbol = encode(text, { ecc: 'M', maskPattern: MASK, boostEcc: false, border: 0, maxVersion: MAX_VERSION })
  return symbol.data.map((row) => row.map((dark) => (dark ? '1' : '0')).join(''))
}
