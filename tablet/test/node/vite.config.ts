// Bundles the core as a program for Node, for tests against the real server (tests/contract/tablet_program.py).
import { join } from 'node:path'
import { defineConfig } from 'vite'

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  publicDir: false,
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  ssr: { noExternal: true },
  build: {
    ssr: 'test/node/program.ts',
    outDir: join(import.meta.dirname, '../../../build/tablet-program'),
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { output: { entryFileNames: 'program.mjs' } },
  },
})
