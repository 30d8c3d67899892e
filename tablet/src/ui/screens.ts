// The table of screens. A room adds its lines under its own heading; each screen is loaded when it is first opened.
import type { Component } from 'svelte'

/** What every screen is given. */
export interface ScreenProps {
  params: { readonly [name: string]: string }
  query: URLSearchParams
}
interface Loaded { default: Component<ScreenProps> }

export interface Screen {
  load: () => Promise<Loaded>
  /** Which of the five thumb buttons it belongs to. */
  tab: 'today' | 'sites' | 'scan' | 'sync' | 'more'
  /** Open to whoever holds the tablet, before anybody signs in. */
  open?: true
}

const soon = (): Promise<Loaded> => import('./shell/Soon.svelte')

export const SCREENS: { readonly [pattern: string]: Screen } = {
  // work
  '': { load: soon, tab: 'today' },
  'sites': { load: soon, tab: 'sites' },
  'sites/:id': { load: soon, tab: 'sites' },
  'inspections/:id': { load: soon, tab: 'today' },
  // minutes
  'inspections/:id/minutes': { load: soon, tab: 'today' },
  'inspections/:id/minutes/:minutes': { load: soon, tab: 'today' },
  'scan': { load: soon, tab: 'scan', open: true },
  // shell
  'sync': { load: soon, tab: 'sync' },
  'more': { load: () => import('./shell/More.svelte'), tab: 'more' },
  'settings': { load: () => import('./shell/Settings.svelte'), tab: 'more', open: true },
  'help': { load: soon, tab: 'more', open: true },
  'start': { load: soon, tab: 'more', open: true },
}
