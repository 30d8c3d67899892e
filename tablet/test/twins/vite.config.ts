// Builds answer.ts for Node, so that Python can ask the twins of checklists/ by the ten thousand.
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'warn',
  build: {
    ssr: 'answer.ts',
    outDir: process.env['TWINS_OUT'] ?? '../../../build/twins',
    emptyOutDir: true,
    minify: false,
    rollupOptions: { output: { entryFileNames: 'answer.mjs' } },
  },
  ssr: { noExternal: true },
})
