import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vitest/config'

const OUT = join(import.meta.dirname, '../server/static/app')
/** What is fetched when it is first needed and kept from then on: the engines of paper and of scanning. */
const LAZY = /\.wasm$/

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}

/** Write the list of the shell's files into sw.js; a minifier may have changed the quotes, so a miss is an error. */
function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    closeBundle() {
      const names = files(OUT).map((path) => relative(OUT, path)).filter((name) => name !== 'sw.js').sort()
      const digest = createHash('sha256')
      for (const name of names) digest.update(name).update(readFileSync(join(OUT, name)))
      const shell = names.filter((name) => !LAZY.test(name))
      const worker = join(OUT, 'sw.js')
      const before = readFileSync(worker, 'utf8')
      const after = before
        .replace(/(["'`])__PRECACHE__\1/, () => JSON.stringify(JSON.stringify(shell)))
        .replace(/(["'`])__BUILD__\1/, () => JSON.stringify(digest.digest('hex').slice(0, 12)))
      if (!after.includes('index.html') || after.includes('__BUILD__')) throw new Error('sw.js got no list of files')
      writeFileSync(worker, after)
    },
  }
}

export default defineConfig({
  base: '/app/',
  plugins: [svelte(), precache()],
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
