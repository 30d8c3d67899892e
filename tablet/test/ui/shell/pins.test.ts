// PINs that a finder of the tablet would try first.
import { expect, test } from 'vitest'
import { isEasy } from '../../../src/ui/shell/pins.ts'

test.each(['000000', '777777', '123456', '654321', '890123', '121212', '246246', '135791'])('%s is easily guessed', (pin) => {
  expect(isEasy(pin)).toBe(true)
})

test.each(['204816', '112358', '903217'])('%s is not', (pin) => {
  expect(isEasy(pin)).toBe(false)
})
