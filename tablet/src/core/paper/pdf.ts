// Minutes on paper: canonical text in, the PDF that the server makes out: twin of server/printing/minutes.py.
import { bytesToHex } from '@noble/hashes/utils.js'
import { digest, qrText, SealError } from './seal.ts'
import { modules, QrTextError } from './qr.ts'
import { sortedJson } from './findings.ts'
import type { Label } from './label.ts'
import type { LabelInputs, PageInputs } from './typesetter.ts'

export { engineMissing, engineReady, fetchEngine } from './engine.ts'

export type PaperStatus = 'issued' | 'draft' | 'amended' | 'void'

export interface PdfInput {
  canonical: string
  /** Gives the QR code; null for none. */
  cose: Uint8Array | null
  host: string
  /** Drafts carry neither number nor QR and say BẢN DỰ THẢO on every page. */
  status: PaperStatus
}

/** What a label says, and the seal of its certificate. */
export interface Labelled {
  words: Label
  cose: Uint8Array
}

/** A document that could not be printed; the message is for people. */
export class PrintError extends Error {}

/** How long the worker stays after its last paper (ms): it holds 50 MB, and a warm page takes a tenth of a cold one. */
const IDLE = 120_000

interface Waiting {
  resolve: (pdf: Uint8Array) => void
  reject: (problem: Error) => void
}

let worker: Worker | null = null
let idle: ReturnType<typeof setTimeout> | undefined
let last = 0
const waiting = new Map<number, Waiting>()

/** Print a canonical text. The same input gives the same bytes, here and on the server. Throws PrintError. */
export function pdf(input: PdfInput): Promise<Uint8Array> {
  return set(() => pageInputs(input))
}

/** Print labels of certificates for a small printer, one on each page. Throws PrintError. */
export function labelsPdf(labels: readonly Labelled[], host: string): Promise<Uint8Array> {
  return set(() => labelInputs(labels, host))
}

function set(made: () => PageInputs | LabelInputs): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const inputs = made()
    waiting.set(++last, { resolve, reject })
    clearTimeout(idle)
    worker ??= started()
    worker.postMessage({ id: last, inputs })
  })
}

/** Return what the template of labels is given. Throws PrintError where a QR code cannot be drawn. */
export function labelInputs(labels: readonly Labelled[], host: string): LabelInputs {
  return { labels: sortedJson(labels.map(({ words, cose }) => ({ ...words, qr: symbol(host, cose) }))) }
}

/** Return what the template is given. Throws PrintError where the QR code cannot be drawn. */
export function pageInputs({ canonical, cose, host, status }: PdfInput): PageInputs {
  return {
    canonical,
    status,
    qr: status === 'draft' || cose === null ? '' : symbol(host, cose),
    sha256: bytesToHex(digest(canonical)),
    host: host.toLowerCase(),
    attached: '',
    sealed: '',
  }
}

/** Join the rows of modules the way the template takes them. */
function symbol(host: string, cose: Uint8Array): string {
  try {
    return modules(qrText(host, cose)).join('/')
  } catch (error) {
    if (error instanceof SealError || error instanceof QrTextError) throw new PrintError(`Không in được mã QR: ${error.message}`)
    throw error
  }
}

function started(): Worker {
  const made = new Worker(new URL('./typesetter.worker.ts', import.meta.url), { type: 'module' })
  made.onmessage = ({ data }: MessageEvent<{ id: number; pdf?: Uint8Array; error?: string }>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.pdf) asked?.resolve(data.pdf)
    else {
      asked?.reject(new PrintError(`Không in được biên bản: ${data.error ?? 'bộ sắp chữ không trả về một tệp PDF.'}`))
      stop() // what stopped half-way is not asked again
    }
    if (!waiting.size) idle = setTimeout(stop, IDLE)
  }
  made.onerror = () => stop()
  return made
}

/** End the worker; whoever still waits is told, and the next paper starts another. */
function stop(): void {
  worker?.terminate()
  worker = null
  clearTimeout(idle)
  for (const { reject } of waiting.values()) reject(new PrintError('Không in được biên bản: bộ in dừng giữa chừng. Hãy thử lại.'))
  waiting.clear()
}
