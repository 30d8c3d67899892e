// Reads QR symbols from pictures: the browser's own reader where it has one, else zxing as wasm from our own origin.
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url'

/** What a frame or a photo is read from. */
export type Picture = ImageData | Blob
export type Reader = (picture: Picture) => Promise<string | null>

interface NativeDetector { detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]> }
interface NativeDetectors {
  new (options: { formats: string[] }): NativeDetector
  getSupportedFormats(): Promise<string[]>
}

let found: Promise<Reader> | null = null

/** Get the reader, once; also called ahead of need, so that the wasm is on the tablet before the network is gone. */
export function reader(): Promise<Reader> {
  found ??= native().then((own) => own ?? zxing()).catch((error: unknown) => {
    found = null // asked for again, it may be there
    throw error
  })
  return found
}

/** Say whether symbols can be read without a network. */
export async function isKept(): Promise<boolean> {
  return (await native()) !== null || ('caches' in globalThis && (await caches.match(wasmUrl)) !== undefined)
}

async function native(): Promise<Reader | null> {
  const detectors = (globalThis as { BarcodeDetector?: NativeDetectors }).BarcodeDetector // not in TypeScript's DOM
  if (detectors === undefined) return null
  const formats = await detectors.getSupportedFormats().catch((): string[] => [])
  if (!formats.includes('qr_code')) return null
  const detector = new detectors({ formats: ['qr_code'] })
  return async (picture) => (await detector.detect(picture))[0]?.rawValue ?? null
}

async function zxing(): Promise<Reader> {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader')
  // Without this the wasm would be asked for at a public address.
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true })
  return async (picture) => {
    const symbols = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: 1, tryHarder: true })
    return symbols[0]?.text ?? null
  }
}
