import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vitest/config'

/** A test that updates the app builds the next version into a folder of its own. */
const OUT = process.env.APP_FOLDER ?? join(import.meta.dirname, '../server/static/app')
/** What is fetched when it is first needed and kept from then on: the engines of paper and of scanning. */
const LATER = /\.wasm$|^engine\//
/** What packs well; the server sends the twin to whoever reads gzip. */
const PACKS = /\.(js|css|html|json|svg|webmanifest|wasm|ttf|otf)$/

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Put a JSON value where the worker has a name in quotes; a minifier may have changed the quotes, so a miss is an error. */
function put(source: string, name: string, value: unknown): string {
  const quoted = new RegExp(`(["'\`])${name}\\1`)
  if (!quoted.test(source)) throw new Error(`sw.js has no ${name}`)
  return source.replace(quoted, () => JSON.stringify(value))
}

/** Write the lists of files into sw.js, and a gzip beside whatever packs well. */
function serving(): Plugin {
  return {
    name: 'serving',
    apply: 'build',
    closeBundle() {
      const names = files(OUT).map((path) => relative(OUT, path)).filter((name) => name !== 'sw.js').sort()
      const digests = names.map((name): [string, string] => [name, digestOf(readFileSync(join(OUT, name))).slice(0, 16)])
      const shell = digests.filter(([name]) => !LATER.test(name))
      if (!shell.some(([name]) => name === 'index.html')) throw new Error('the build has no index.html')
      const worker = join(OUT, 'sw.js')
      let source = readFileSync(worker, 'utf8')
      // The worker's own text counts: a change of its ways is a new version, too.
      const build = digestOf(Buffer.from(source + JSON.stringify(digests))).slice(0, 12)
      source = put(source, '__SHELL__', JSON.stringify(shell))
      source = put(source, '__LATER__', JSON.stringify(names.filter((name) => LATER.test(name))))
      writeFileSync(worker, put(source, '__BUILD__', build))
      for (const name of [...names, 'sw.js'].filter((name) => PACKS.test(name))) {
        const bytes = readFileSync(join(OUT, name))
        if (bytes.length > 1024) writeFileSync(join(OUT, `${name}.gz`), gzipSync(bytes, { level: 9 }))
      }
    },
  }
}

/** Say in engine.json what prints: compiler, fonts and templates, with size and digest (core/paper/engine.ts). */
function engine(): Plugin {
  const belongs = /typst[^/]*\.wasm$|\.ttf$|\.typ$/
  return {
    name: 'engine',
    apply: 'build',
    writeBundle() {
      const names = files(OUT).map((path) => relative(OUT, path)).filter((name) => belongs.test(name)).sort()
      const list = names.map((name) => {
        const bytes = readFileSync(join(OUT, name))
        return { name, size: bytes.length, sha256: digestOf(bytes) }
      })
      const lacking = ['.wasm', '.ttf', '.typ'].filter((kind) => !names.some((name) => name.endsWith(kind)))
      if (lacking.length) throw new Error(`the engine of paper has no ${lacking.join(', ')}`)
      writeFileSync(join(OUT, 'engine.json'), JSON.stringify({ files: list }))
    },
  }
}

export default defineConfig({
  base: '/app/',
  plugins: [svelte(), engine(), serving()],
  worker: { format: 'es' },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/sw.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  test: { setupFiles: ['test/setup.ts'], include: ['test/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
})
