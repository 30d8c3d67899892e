// Enrolment codes: scanned, typed with spaces, mistyped, somebody else's symbol.
import { expect, test } from 'vitest'
import { codeIn, spaced } from '../../../src/ui/shell/codes.ts'

test.each([
  ['https://kiemtra.bacninh.gov.vn/app/#enrol=AB12CD34EF56', 'AB12CD34EF56'],
  ['ab12-cd34-ef56', 'AB12CD34EF56'],
  [' AB12 CD34 EF56 ', 'AB12CD34EF56'],
])('%s holds a code', (text, code) => {
  expect(codeIn(text)).toBe(code)
})

test.each(['', 'AB12CD34EF5', 'AB12CD34EF567', 'https://example.vn/menu', 'HTTPS://X.VN/M/ABCDEF', 'AB12CD34EF5Đ'])('%s holds none', (text) => {
  expect(codeIn(text)).toBeNull()
})

test('a code is shown as the office writes it', () => {
  expect(spaced('AB12CD34EF56')).toBe('AB12-CD34-EF56')
})
