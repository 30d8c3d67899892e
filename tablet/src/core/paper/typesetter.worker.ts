// The worker in which paper is set, so that the screen does not freeze: {id, inputs} in, {id, pdf} or {id, error} out.
import { engineFile } from './engine.ts'
import { Typesetter, type LabelInputs, type PageInputs } from './typesetter.ts'
import wasm from '@myriaddreamin/typst-ts-web-compiler/wasm?url'

const FONTS = addresses(import.meta.glob<string>('../../../../server/printing/fonts/*.ttf', { query: '?url', import: 'default', eager: true }))
const TEMPLATES = addresses(
  import.meta.glob<string>('../../../../server/printing/templates/*.typ', { query: '?url', import: 'default', eager: true }),
)

let started: Promise<Typesetter> | null = null

self.onmessage = async ({ data }: MessageEvent<{ id: number; inputs: PageInputs | LabelInputs }>) => {
  try {
    started ??= start()
    const pdf = (await started).print(data.inputs)
    self.postMessage({ id: data.id, pdf }, { transfer: [pdf.buffer] })
  } catch (error) {
    self.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) })
  }
}

async function start(): Promise<Typesetter> {
  const fonts = FONTS.map(async ({ address }) => new Uint8Array(await (await engineFile(address)).arrayBuffer()))
  const templates = TEMPLATES.map(async ({ name, address }) => ({ name, source: await (await engineFile(address)).text() }))
  const [ready, sources] = await Promise.all([Promise.all(fonts), Promise.all(templates)])
  return Typesetter.start({ wasm: engineFile(wasm), fonts: ready, templates: sources })
}

/** Order by name: the same engine in the same state for every paper. */
function addresses(found: Record<string, string>): { name: string; address: string }[] {
  const named = Object.entries(found).map(([path, address]) => ({ name: path.split('/').at(-1) ?? path, address }))
  return named.sort((one, two) => (one.name < two.name ? -1 : 1))
}
