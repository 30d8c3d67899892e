// Addresses that people follow, mistype and come back to.
import { expect, test } from 'vitest'
import { enrolmentCode, match } from '../../src/ui/routes.ts'

const PATTERNS = ['', 'sites', 'sites/:id', 'inspections/:id', 'inspections/:id/minutes']

test.each([
  ['', '', {}],
  ['#', '', {}],
  ['#/', '', {}],
  ['#/sites', 'sites', {}],
  ['#/sites/', 'sites', {}],
  ['#/sites/0190-a', 'sites/:id', { id: '0190-a' }],
  ['#/inspections/7/minutes', 'inspections/:id/minutes', { id: '7' }],
])('%s is a screen', (hash, pattern, params) => {
  expect(match(hash, PATTERNS)).toMatchObject({ pattern, params })
})

test.each(['#/nowhere', '#/inspections', '#/inspections/7/minutes/8', '#/sites/%E0%A4', '#enrol=ABCD-1234'])('%s is none', (hash) => {
  expect(match(hash, PATTERNS)).toBeNull()
})

test('ways of showing follow a question mark', () => {
  expect(match('#/sites?near=1', PATTERNS)?.query.get('near')).toBe('1')
})

test('a code is taken from the link of the office', () => {
  expect(enrolmentCode('#enrol=ABCD-1234-EFGH')).toBe('ABCD-1234-EFGH')
  expect(enrolmentCode('#/sites')).toBeNull()
  expect(enrolmentCode('#enrol=<script>')).toBeNull()
})
