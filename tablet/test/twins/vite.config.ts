// Builds answer.ts (or another entry) for Node, so that Python can ask the twins by the ten thousand.
import { defineConfig } from 'vite'

const ENTRY = process.env['TWINS_ENTRY'] ?? 'answer'

export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  build: {
    ssr: `${ENTRY}.ts`,
    outDir: process.env['TWINS_OUT'] ?? '../../../build/twins',
    emptyOutDir: true,
    minify: false,
    rollupOptions: { output: { entryFileNames: `${ENTRY}.mjs` } },
  },
  ssr: { noExternal: true },
})
