// Both languages say the same sentences with the same blanks; no screen holds Vietnamese of its own.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { en } from '../../src/i18n/en/index.ts'
import { furnish, isKey, speak, t, vi } from '../../src/i18n/index.ts'
import { verification } from '../../src/i18n/vi/verification.ts'

const SOURCES = join(import.meta.dirname, '../../src')
/** Letters that only Vietnamese has; Latin letters that other tongues share would catch names. */
const VIETNAMESE = /[ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/

furnish({ verification })

function blanks(sentence: string): string[] {
  return [...sentence.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort()
}

function sentences(of: object): [string, string][] {
  return Object.entries(of as { [room: string]: { [name: string]: string } }).flatMap(([room, words]) =>
    Object.entries(words).map(([name, said]): [string, string] => [`${room}.${name}`, said]),
  )
}

describe('the two languages', () => {
  const english = new Map(sentences(en))

  test('have the same keys', () => {
    expect([...english.keys()].sort()).toEqual(sentences(vi).map(([key]) => key).sort())
  })

  test('fill the same blanks', () => {
    const differing = sentences(vi).filter(([key, said]) => blanks(said).join() !== blanks(english.get(key) ?? '').join())
    expect(differing).toEqual([])
  })

  test('leave nothing unsaid, and are NFC', () => {
    const odd = [...sentences(vi), ...english].filter(([, said]) => said.trim() === '' || said !== said.normalize('NFC'))
    expect(odd).toEqual([])
  })

  test('are not mixed up', () => {
const names = /Hiện Trường|Tiếng Việt|BB-ĐKT/g // the product's, the language's own, a book's
    expect([...english].filter(([, said]) => VIETNAMESE.test(said.replace(names, '')))).toEqual([])
  })
})

describe('t', () => {
  afterEach(() => speak('vi'))

  test('fills blanks in the language chosen', async () => {
    expect(t('shell.unit.photos', { n: 3 })).toBe('3 ảnh')
    await speak('en')
    expect(t('shell.unit.photos', { n: 3 })).toBe('3 photos')
  })

  test('knows its keys', () => {
    expect(isKey('shell.brand')).toBe(true)
    expect(isKey('shell.nothing')).toBe(false)
    expect(isKey('nowhere.brand')).toBe(false)
  })
})

test('words on screens live in i18n', () => {
  const screens = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'))
  expect(screens.length).toBeGreaterThan(3)
  const speaking = screens.filter((name) => VIETNAMESE.test(readFileSync(join(SOURCES, name), 'utf8')))
  expect(speaking).toEqual([])
})
