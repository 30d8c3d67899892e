// The table of screens. A room adds its lines under its own heading; each screen is loaded when it is first opened.
import type { Component } from 'svelte'
import type { Session } from '../core/store/session.ts'

/** What a screen is given that is open to whoever holds the tablet, before anybody signs in. */
export interface OpenScreenProps {
  params: { readonly [name: string]: string }
  query: URLSearchParams
}
/** What every other screen is given. */
export interface ScreenProps extends OpenScreenProps {
  session: Session
}
interface Loaded<Props extends OpenScreenProps> { default: Component<Props> }

/** Which of the five thumb buttons a screen belongs to. */
export type Tab = 'today' | 'sites' | 'scan' | 'sync' | 'more'
export type Screen =
  | { tab: Tab; open?: false; load: () => Promise<Loaded<ScreenProps>> }
  | { tab: Tab; open: true; load: () => Promise<Loaded<OpenScreenProps>> }

export const SCREENS: { readonly [pattern: string]: Screen } = {
  // work
  '': { load: () => import('./work/Today.svelte'), tab: 'today' },
  'sites': { load: () => import('./work/Sites.svelte'), tab: 'sites' },
  'sites/new': { load: () => import('./work/SiteForm.svelte'), tab: 'sites' },
  'sites/:id': { load: () => import('./work/Site.svelte'), tab: 'sites' },
  'sites/:id/edit': { load: () => import('./work/SiteForm.svelte'), tab: 'sites' },
  'sites/:id/instruments/:new': { load: () => import('./work/Instrument.svelte'), tab: 'sites' },
  'instruments/:instrument': { load: () => import('./work/Instrument.svelte'), tab: 'sites' },
  'inspections/:id': { load: () => import('./work/Inspection.svelte'), tab: 'today' },
  'inspections/:id/conflicts': { load: () => import('./work/Conflicts.svelte'), tab: 'today' },
  'inspections/:id/samples': { load: () => import('./work/Samples.svelte'), tab: 'today' },
  // minutes
  'inspections/:id/minutes': { load: () => import('./minutes/Papers.svelte'), tab: 'today' },
  'inspections/:id/minutes/words': { load: () => import('./minutes/Words.svelte'), tab: 'today' },
  'inspections/:id/minutes/attempt': { load: () => import('./minutes/Attempt.svelte'), tab: 'today' },
  'inspections/:id/minutes/blanks': { load: () => import('./minutes/Blanks.svelte'), tab: 'today' },
  'inspections/:id/minutes/new/:form': { load: () => import('./minutes/Issue.svelte'), tab: 'today' },
  'inspections/:id/minutes/:minutes': { load: () => import('./minutes/Paper.svelte'), tab: 'today' },
  'numbers': { load: () => import('./minutes/Numbers.svelte'), tab: 'more' },
  'scan': { load: () => import('./minutes/Scan.svelte'), tab: 'scan', open: true },
  // verification
  'verification': { load: () => import('./verification/Sessions.svelte'), tab: 'today' },
  'verification/new': { load: () => import('./verification/SessionForm.svelte'), tab: 'today' },
  'verification/:session': { load: () => import('./verification/Day.svelte'), tab: 'today' },
  'verification/:session/edit': { load: () => import('./verification/SessionForm.svelte'), tab: 'today' },
  'verification/:session/register': { load: () => import('./verification/Register.svelte'), tab: 'today' },
  'verification/:session/queue': { load: () => import('./verification/Queue.svelte'), tab: 'today' },
  'verification/:session/marks': { load: () => import('./verification/Marks.svelte'), tab: 'today' },
  'verification/:session/end': { load: () => import('./verification/DayEnd.svelte'), tab: 'today' },
  'verification/:session/slips/:slip': { load: () => import('./verification/Slip.svelte'), tab: 'today' },
  'verification/:session/slips/:slip/hand': { load: () => import('./verification/HandBack.svelte'), tab: 'today' },
  'verification/:session/slips/:slip/:instrument': { load: () => import('./verification/One.svelte'), tab: 'today' },
  'instruments/:instrument/signs': { load: () => import('./verification/SignCheck.svelte'), tab: 'sites' },
  // shell
  'sync': { load: () => import('./shell/Sync.svelte'), tab: 'sync' },
  'more': { load: () => import('./shell/More.svelte'), tab: 'more', open: true },
  'settings': { load: () => import('./shell/Settings.svelte'), tab: 'more', open: true },
  'help': { load: () => import('./shell/Help.svelte'), tab: 'more', open: true },
  'start': { load: () => import('./shell/Start.svelte'), tab: 'more', open: true },
}
