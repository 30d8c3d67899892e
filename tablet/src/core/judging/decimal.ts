// Exact numbers: what Python's decimal and fractions give to checklists/. No rounding happens here, ever.

const TENS: bigint[] = [1n]

/** Ten to a power that is zero or more. */
export function ten(power: number): bigint {
  for (let n = TENS.length; n <= power; n++) TENS.push((TENS[n - 1] ?? 1n) * 10n)
  return TENS[power] ?? 1n
}

/**
 * An exact quotient, the denominator above zero. It is not reduced: nothing asks for its parts alone, and the numbers of a
 * field table stay short.
 */
export class Fraction {
  static readonly ZERO = new Fraction(0n, 1n)
  static readonly ONE = new Fraction(1n, 1n)

  private constructor(readonly above: bigint, readonly below: bigint) {}

  /** Return a quotient of whole numbers; the second is not zero. */
  static of(above: bigint | number, below: bigint | number = 1n): Fraction {
    const [n, d] = [BigInt(above), BigInt(below)]
    return d < 0n ? new Fraction(-n, -d) : new Fraction(n, d)
  }

  /** Return the number that a plain decimal text spells. */
  static from(text: string): Fraction {
    return Decimal.from(text).exact
  }

  plus(other: Fraction): Fraction {
    if (this.below === other.below) return new Fraction(this.above + other.above, this.below)
    // Readings are decimals: one of two denominators is a multiple of the other, and sums stay short.
    if (this.below % other.below === 0n) return new Fraction(this.above + other.above * (this.below / other.below), this.below)
    if (other.below % this.below === 0n) return new Fraction(this.above * (other.below / this.below) + other.above, other.below)
    return new Fraction(this.above * other.below + other.above * this.below, this.below * other.below)
  }

  minus(other: Fraction): Fraction {
    return this.plus(other.negated())
  }

  times(other: Fraction | number): Fraction {
    if (typeof other === 'number') return new Fraction(this.above * BigInt(other), this.below)
    return new Fraction(this.above * other.above, this.below * other.below)
  }

  /** Divide by something that is not zero. */
  over(other: Fraction | number): Fraction {
    if (typeof other === 'number') return Fraction.of(this.above, this.below * BigInt(other))
    return Fraction.of(this.above * other.below, this.below * other.above)
  }

  negated(): Fraction {
    return new Fraction(-this.above, this.below)
  }

  absolute(): Fraction {
    return this.above < 0n ? this.negated() : this
  }

  /** Return -1, 0 or 1: this is less, equal or greater. */
  compare(other: Fraction): number {
    const [left, right] =
      this.below === other.below ? [this.above, other.above] : [this.above * other.below, other.above * this.below]
    return left < right ? -1 : left > right ? 1 : 0
  }

  get sign(): number {
    return this.above < 0n ? -1 : this.above > 0n ? 1 : 0
  }

  get isWhole(): boolean {
    return this.above % this.below === 0n
  }

  floor(): bigint {
    const whole = this.above / this.below
    return this.above < 0n && this.above % this.below !== 0n ? whole - 1n : whole
  }

  ceil(): bigint {
    return -this.negated().floor()
  }
}

/** Return the greater of two numbers, the first where they are equal. */
export function greater(one: Fraction, two: Fraction): Fraction {
  return two.compare(one) > 0 ? two : one
}

/** A decimal as somebody wrote it: its value, and with how many decimals. */
export class Decimal {
  readonly exact: Fraction

  private constructor(private readonly negative: boolean, private readonly whole: string, private readonly part: string) {
    const units = BigInt(whole + part)
    this.exact = Fraction.of(negative ? -units : units, ten(part.length))
  }

  /** Read a text of a minus or none, digits, and a point with digits or none; the caller checked that it is one. */
  static from(text: string): Decimal {
    const negative = text.startsWith('-')
    const [whole = '', part = ''] = (negative ? text.slice(1) : text).split('.')
    return new Decimal(negative, whole, part)
  }

  /** How many decimals it was written with. */
  get scale(): number {
    return this.part.length
  }

  /** How many decimals it needs: zeros at the end say nothing. */
  get needed(): number {
    return this.part.replace(/0+$/, '').length
  }

  /** As Python's format(…, "f"): no zeros in front, a minus also before zero. */
  toString(): string {
    const whole = this.whole.replace(/^0+(?=\d)/, '')
    return (this.negative ? '-' : '') + whole + (this.part ? `.${this.part}` : '')
  }
}
