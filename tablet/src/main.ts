// Starts the app.
import { mount } from 'svelte'
import { start } from './core/sync/engine.ts'
import App from './ui/App.svelte'
import { apply } from './ui/shell/preferences.svelte.ts'
import { lockWhenLaidDown } from './ui/session.svelte.ts'
import { watchHealth } from './ui/shell/health.svelte.ts'
import { watchForUpdates } from './ui/shell/updates.svelte.ts'
import './ui/tablet.css'

const LAID_DOWN_MS = 15 * 60_000

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
await apply()
mount(App, { target })
start()
lockWhenLaidDown(LAID_DOWN_MS)
watchHealth()
void watchForUpdates()
