// Numbers for people: twin of checklists/procedures/figures.py. Rounding happens here and only here, half away from zero.

import { Fraction, ten } from '../decimal'

/** Return the number with exactly this many decimals, half away from zero; never a negative zero. */
export function fixed(value: Fraction, digits: number): string {
  const scale = ten(digits)
  const above = (value.above < 0n ? -value.above : value.above) * scale
  const whole = (2n * above + value.below) / (2n * value.below)
  const sign = value.above < 0n && whole ? '-' : ''
  if (!digits) return `${sign}${whole}`
  return `${sign}${whole / scale}.${String(whole % scale).padStart(digits, '0')}`
}

/** Return an exact finite decimal without needless zeros (limits); rounds to 9 decimals otherwise. */
export function short(value: Fraction): string {
  return fixed(value, 9).replace(/\.?0+$/, '')
}

/** Return the square root of a non-negative number, rounded exactly as `fixed` would. */
export function root(value: Fraction, digits: number): string {
  const doubled = isqrt((4n * ten(2 * digits) * value.above) / value.below)
  return fixed(Fraction.of((doubled + 1n) / 2n, ten(digits)), digits)
}

/** Return the greatest whole number whose square is not above this one. */
function isqrt(value: bigint): bigint {
  if (value < 2n) return value
  let found = 1n << BigInt((value.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (found + value / found) >> 1n
    if (next >= found) return found
    found = next
  }
}

/** Return the exact mean of at least one value. */
export function mean(values: Fraction[]): Fraction {
  return values.reduce((sum, value) => sum.plus(value)).over(values.length)
}

/** Return the exact sample variance (n - 1) of at least two values. */
export function variance(values: Fraction[]): Fraction {
  const n = values.length
  const sum = values.reduce((total, value) => total.plus(value))
  const squares = values.map((value) => value.times(value)).reduce((total, value) => total.plus(value))
  return squares.times(n).minus(sum.times(sum)).over(n * (n - 1))
}

/** Return a printed number the Vietnamese way: decimal comma, a real minus, a plus where asked. */
export function vi(text: string, signed = false): string {
  const sign = signed && !text.startsWith('-') && /[1-9]/.test(text) ? '+' : ''
  return sign + text.replaceAll('.', ',').replaceAll('-', '−')
}
