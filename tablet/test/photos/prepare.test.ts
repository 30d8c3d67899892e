// What is refused before it can become evidence nobody can look at; and where a tablet stands.
import { describe, expect, it } from 'vitest'
import { fitted, prepare, PhotoRefused, sha256 } from '../../src/core/photos/prepare.ts'
import { distance, written } from '../../src/core/photos/position.ts'

async function refusal(bytes: number[], type = 'image/jpeg'): Promise<string> {
  try {
    await prepare(new Blob([Uint8Array.from(bytes)], { type }))
  } catch (error) {
    if (error instanceof PhotoRefused) return error.reason
    throw error
  }
  return 'taken'
}

describe('a photo', () => {
  it('of no bytes, of another kind, or cut in the middle is refused, whatever its name says', async () => {
    expect(await refusal([])).toBe('empty')
    expect(await refusal([0x25, 0x50, 0x44, 0x46, 0x2d])).toBe('not_image')
    expect(await refusal([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2])).toBe('broken')
  })

  it('is shrunk by its longer edge and never enlarged', () => {
    expect(fitted(4000, 3000)).toEqual({ width: 2048, height: 1536 })
    expect(fitted(3000, 4000)).toEqual({ width: 1536, height: 2048 })
    expect(fitted(800, 600)).toEqual({ width: 800, height: 600 })
    expect(fitted(30000, 1)).toEqual({ width: 2048, height: 1 })
  })

  it('is named by the hash that the server computes', async () => {
    expect(await sha256(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})

describe('a position', () => {
  it('is written as decimal strings, its accuracy in whole metres rounded up', () => {
    expect(written(21.2731234567, -106.5, 8.2)).toEqual({ lat: '21.273123', lon: '-106.500000', accuracy_m: '9' })
    expect(written(Number.NaN, 106, 1)).toBeNull()
    expect(written(21, 106, Number.POSITIVE_INFINITY)?.accuracy_m).toBe('99999')
  })

  it('is measured from another as the server does; from nowhere it is not', () => {
    expect(distance({ lat: '21.273', lon: '106.195' }, { lat: '21.282', lon: '106.195' })).toBe(1001)
    expect(distance({ lat: '', lon: '' }, { lat: '21.282', lon: '106.195' })).toBeNull()
    expect(distance({ lat: null, lon: null }, { lat: 'x', lon: '1' })).toBeNull()
  })
})
