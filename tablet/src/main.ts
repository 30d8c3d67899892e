// Starts the app.
import { mount } from 'svelte'
import App from './ui/App.svelte'
import { apply } from './ui/shell/preferences.svelte.ts'
import './ui/tablet.css'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
await apply()
mount(App, { target })
