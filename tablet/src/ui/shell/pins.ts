// Which PINs are too easily guessed by somebody who found the tablet.

/** Say whether six digits are a row or a repetition, as '123456', '987654', '777777', '121212', '246246' are. */
export function isEasy(pin: string): boolean {
  const digits = [...pin].map(Number)
  const steps = digits.slice(1).map((digit, at) => (digit - (digits[at] ?? 0) + 10) % 10)
  const isRow = steps.every((step) => step === steps[0])
  const repeats = [1, 2, 3].some((length) => pin === pin.slice(0, length).repeat(pin.length / length))
  return isRow || repeats
}
