// The tablet's three lights: text at 7:1 (WCAG AAA), borders of what is pressed at 3:1, for every pair that screens put together.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const colours = (css: string): Map<string, string> => new Map([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']))
const tablet = readFileSync(join(ROOT, 'tablet/src/ui/tablet.css'), 'utf8')
const office = readFileSync(join(ROOT, 'server/static/theme.css'), 'utf8')
const block = (selector: string): string => {
  const from = tablet.indexOf(`${selector} {`)
  if (from < 0) throw new Error(`no ${selector}`)
  return tablet.slice(from, tablet.indexOf('}', from))
}
const day = new Map([...colours(office), ...colours(block(':root'))])
const LIGHTS = {
  light: day,
  dark: new Map([...day, ...colours(block(':root[data-theme=dark]'))]),
  sun: new Map([...day, ...colours(block(':root[data-theme=sun]'))]),
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function contrast(light: Map<string, string>, one: string, other: string): number {
  const [a = '', b = ''] = [one, other].map((name) => light.get(name))
  if (!a || !b) throw new Error(`${one} or ${other} is no colour`)
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const TEXT: [string, string[]][] = [
  ['ink', ['paper', 'ground', 'soft', 'press', 'brand-soft', 'good-soft', 'bad-soft', 'warn-soft']],
  ['muted', ['paper', 'ground', 'soft', 'press', 'brand-soft', 'good-soft', 'bad-soft', 'warn-soft']],
  ['link', ['paper', 'ground', 'press', 'brand-soft', 'warn-soft']],
  ['brand-text', ['paper', 'ground', 'brand-soft']],
  ['brand-ink', ['brand', 'brand-press']],
  ['good', ['paper', 'ground', 'good-soft']],
  ['bad', ['paper', 'ground', 'bad-soft']],
  ['warn', ['paper', 'ground', 'warn-soft']],
  ['bar-ink', ['bar']],
  ['fill-ink', ['good-fill', 'bad-fill', 'warn-fill']],
  ['toast-ink', ['toast']],
]

describe.each(Object.entries(LIGHTS))('in the light %s', (_, light) => {
  test.each(TEXT.flatMap(([text, grounds]) => grounds.map((ground): [string, string] => [text, ground])))('%s is read on %s', (text, ground) => {
    expect(contrast(light, text, ground)).toBeGreaterThanOrEqual(7)
  })

  test.each([['line-strong', 'paper'], ['line-strong', 'ground'], ['focus', 'paper'], ['focus', 'ground'], ['fill', 'soft'], ['bar-line', 'bar']])(
    '%s is seen on %s',
    (line, ground) => {
      expect(contrast(light, line, ground)).toBeGreaterThanOrEqual(3)
    },
  )
})
