// Starts the app.
import { mount } from 'svelte'
import App from './ui/App.svelte'
import './ui/tablet.css'

mount(App, { target: document.getElementById('app')! })
