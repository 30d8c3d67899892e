// The compiler of paper: Typst in wasm with the server's templates and fonts. Runs in the worker, and in Node for the tests.
import init, { TypstCompilerBuilder, type InitInput, type TypstCompiler } from '@myriaddreamin/typst-ts-web-compiler'

const [MAIN, LABELS] = ['/minutes.typ', '/label.typ'] as const
/** The compiler's word for plain sentences about what is wrong. */
const IN_WORDS = 2

/** What it is made of; file names as in server/printing. */
export interface Engine {
  wasm: InitInput | Promise<InitInput>
  fonts: Uint8Array[]
  templates: { name: string; source: string }[]
}

/** The inputs of the template, all texts (docs/minutes-qr.md, "The paper"). */
export type PageInputs = Readonly<Record<'canonical' | 'status' | 'qr' | 'sha256' | 'host' | 'attached' | 'sealed', string>>

/** The input of the labels' template: a JSON list (label.typ). */
export type LabelInputs = Readonly<Record<'labels', string>>

export class Typesetter {
  private constructor(private readonly compiler: TypstCompiler) {}

  static async start({ wasm, fonts, templates }: Engine): Promise<Typesetter> {
    await init({ module_or_path: wasm })
    const builder = withoutEval(() => new TypstCompilerBuilder())
    for (const font of fonts) await builder.add_raw_font(font)
    const compiler = await builder.build()
    for (const { name, source } of templates) compiler.add_source(`/${name}`, source)
    return new Typesetter(compiler)
  }

  /** Print one paper. Throws Error with the compiler's own words. */
  print(inputs: PageInputs | LabelInputs): Uint8Array {
    const made: unknown = this.compiler.compile('labels' in inputs ? LABELS : MAIN, Object.entries(inputs), 'pdf', IN_WORDS)
    const pdf = typeof made === 'object' && made !== null && 'result' in made ? made.result : undefined
    if (pdf instanceof Uint8Array) return pdf
    const said = typeof made === 'object' && made !== null && 'diagnostics' in made ? made.diagnostics : made
    throw new Error(Array.isArray(said) ? said.join('; ') : String(said))
  }
}

/**
 * Make the builder where the policy of content forbids `new Function`: it makes five that way, which stand for files and
 * packages outside the templates. There are none, so each may be one that refuses; nothing is evaluated.
 */
function withoutEval<T>(make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Function')
  const refuse = () => {
    throw new Error('no file outside the templates')
  }
  const Refusing = function () {
    return refuse
  }
  Object.defineProperty(globalThis, 'Function', { value: Refusing, configurable: true, writable: true })
  try {
    return make()
  } finally {
    Object.defineProperty(globalThis, 'Function', before ?? {})
  }
}
