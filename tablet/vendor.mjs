// Copies what the office's pages take from packages into server/static/vendor, under a name that says the version.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname
const folder = join(here, '../server/static/vendor')
const { version } = JSON.parse(readFileSync(join(here, 'node_modules/htmx.org/package.json'), 'utf8'))

mkdirSync(folder, { recursive: true })
for (const name of readdirSync(folder)) if (name.startsWith('htmx-')) rmSync(join(folder, name))
copyFileSync(join(here, 'node_modules/htmx.org/dist/htmx.min.js'), join(folder, `htmx-${version}.js`))
