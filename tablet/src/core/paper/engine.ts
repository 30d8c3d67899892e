// The engine of paper as files of the build: is it on the tablet, fetch it, where it lies. Its list is /app/engine.json.
import { bytesToHex } from '@noble/hashes/utils.js'

const LIST = '/app/engine.json'
/** The service worker's cache of what is fetched once; names carry a digest, so that it outlives versions of the app. */
const KEPT = 'kept'
const EXACTLY = { ignoreSearch: true, ignoreVary: true }


export interface EngineFile {
  /** Under /app/. */
  name: string
  size: number
  sha256: string
}

/** How many bytes of the engine are here, of how many. */
export type EngineProgress = (done: number, total: number) => void

/** The engine could not be fetched whole; the message is for people. */
export class EngineError extends Error {}

/** Say whether everything that prints is on the tablet. */
export async function engineReady(): Promise<boolean> {
  try {
    const files = await listOf('default')
    return files.length > 0 && (await missing(files)).length === 0
  } catch {
    return false // no list, no engine
  }
}

/** How many bytes are still to be fetched before the tablet can print alone (unpacked; about 40 % of it over the air). */
export async function engineMissing(): Promise<number> {
  return (await missing(await listOf('default'))).reduce((sum, file) => sum + file.size, 0)
}

/**
 * Fetch what is missing and keep it, each file only when it is byte for byte what was built; begun again it goes on after
 * the last whole file. `newest` fetches for the version on the server, so that an update need not leave a tablet without.
 */
export async function fetchEngine(onProgress?: EngineProgress, which: 'own' | 'newest' = 'own'): Promise<void> {
  const files = await listOf(which === 'newest' ? 'no-store' : 'default')
  const total = files.reduce((sum, file) => sum + file.size, 0)
  const wanted = await missing(files)
  let done = total - wanted.reduce((sum, file) => sum + file.size, 0)
  onProgress?.(done, total)
  const cache = await caches.open(KEPT)
  for (const file of wanted) {
    const before = done
    const answer = await download(file, (size) => onProgress?.(before + Math.min(size, file.size), total))
    await cache.put(addressOf(file), answer)
    onProgress?.((done += file.size), total)
  }
}

/** Return a file of the engine: kept, else from the network. */
export async function engineFile(address: string): Promise<Response> {
  const found = (await caches.match(address, EXACTLY)) ?? (await fetch(address).catch(() => null))
  if (!found?.ok) throw new EngineError('Bộ in chưa được tải về máy: hãy nối mạng một lần để tải.')
  return found
}

async function listOf(cache: RequestCache): Promise<EngineFile[]> {
  const answer = await fetch(LIST, { cache })
  if (!answer.ok) throw new EngineError(`Chưa tải được danh sách của bộ in (${answer.status}).`)
  const { files }: { files: EngineFile[] } = await answer.json()
  return files
}

async function missing(files: EngineFile[]): Promise<EngineFile[]> {
  const here = await Promise.all(files.map(async (file) => (await caches.match(addressOf(file), EXACTLY)) !== undefined))
  return files.filter((_, index) => !here[index])
}

function addressOf(file: EngineFile): string {
  return `/app/${file.name}`
}

async function download(file: EngineFile, onSize: (size: number) => void): Promise<Response> {
  // no-store: the service worker leaves it to us, so that progress is seen and nothing unchecked is kept.
  const answer = await fetch(addressOf(file), { cache: 'no-store' })
  if (!answer.ok || !answer.body) throw new EngineError(`Chưa tải được bộ in (${answer.status}).`)
  const chunks: BlobPart[] = []
  let size = 0
  const reader = answer.body.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    chunks.push(new Uint8Array(read.value))
    onSize((size += read.value.length))
  }
  const whole = new Blob(chunks)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await whole.arrayBuffer()))
  if (bytesToHex(hash) !== file.sha256) throw new EngineError('Bộ in tải về không đúng bản đã dựng; hãy thử lại khi mạng ổn định.')
  return new Response(whole, { headers: { 'Content-Type': answer.headers.get('Content-Type') ?? 'application/octet-stream' } })
}
