// The next version of the app, as tests/browser/day/test_update.py serves it: the same sources with one more version of the schema.
import { mergeConfig, type Plugin } from 'vite'
import app from '../../vite.config.ts'

/** Slow on purpose: the test kills the tab while it runs, and begins it again. */
const NEXT = `
DEVICE_VERSIONS.push({
  version: 1000,
  stores: { outbox: 'device_seq, op_id, [kind+id], state, settled, first_at' },
  async upgrade(transaction) {
    const rows = await transaction.table('outbox').toArray()
    for (const [at, row] of rows.entries()) {
      console.log('migrating ' + at)
      for (const until = performance.now() + 15; performance.now() < until;);
      await transaction.table('outbox').put({ ...row, migrated: 1 })
    }
    console.log('migrated ' + rows.length)
  },
})
`

function nextSchema(): Plugin {
  let isDone = false
  return {
    name: 'next-schema',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/src/core/store/db.ts')) return undefined
      isDone = true
      return code + NEXT
    },
    buildEnd(error) {
      if (error === undefined && !isDone) this.error('core/store/db.ts was not met')
    },
  }
}

export default mergeConfig(app, { plugins: [nextSchema()] })
