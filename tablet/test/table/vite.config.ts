// Bundles a verifier's hands at the table as one script that runs beside the app in its page (tests/browser/verification).
import { join } from 'node:path'
import { defineConfig } from 'vite'

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  publicDir: false,
  build: {
    lib: { entry: 'test/table/table.ts', formats: ['iife'], name: 'atTheTable', fileName: () => 'table.js' },
    outDir: join(import.meta.dirname, '../../../build/table'),
    emptyOutDir: true,
    target: 'es2022',
    minify: false,
  },
})
