// How this tablet is set: kept in the browser for whoever holds it, nothing secret in it.
import { speak, type Language } from '../../i18n/index.ts'

export const THEMES = ['auto', 'light', 'dark', 'sun'] as const
export type Theme = (typeof THEMES)[number]
export interface Preferences {
  language: Language
  theme: Theme
  /** Keep the screen on while measuring. */
  awake: boolean
}

const WHERE = 'preferences'
const FIRST: Preferences = { language: 'vi', theme: 'auto', awake: true }

export const preferences = $state<Preferences>({ ...FIRST, ...stored() })
/** The language that screens are drawn in; changes once its words are there. */
export const spoken = $state<{ language: Language }>({ language: 'vi' })

function stored(): Partial<Preferences> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(WHERE) ?? '{}')
    if (typeof kept !== 'object' || kept === null) return {}
    const found: Partial<Preferences> = {}
    if ('language' in kept && (kept.language === 'vi' || kept.language === 'en')) found.language = kept.language
    if ('theme' in kept) found.theme = THEMES.find((theme) => theme === kept.theme) ?? 'auto'
    if ('awake' in kept && typeof kept.awake === 'boolean') found.awake = kept.awake
    return found
  } catch {
    return {} // storage is off, or somebody wrote something else there
  }
}

const darkness = matchMedia('(prefers-color-scheme: dark)')

function paint(): void {
  const { theme } = preferences
  const painted = theme === 'auto' ? (darkness.matches ? 'dark' : 'light') : theme
  document.documentElement.dataset.theme = painted
  document.documentElement.lang = spoken.language
  const bar = getComputedStyle(document.documentElement).getPropertyValue('--bar').trim()
  document.querySelector('meta[name=theme-color]')?.setAttribute('content', bar)
}

/** Set something and keep it. */
export function prefer(change: Partial<Preferences>): void {
  Object.assign(preferences, change)
  try {
    localStorage.setItem(WHERE, JSON.stringify(preferences))
  } catch {
    // Storage is off: it holds until the app is closed.
  }
  void apply()
}

/** Paint and speak as preferred. */
export async function apply(): Promise<void> {
  if (preferences.language !== spoken.language) {
    await speak(preferences.language).catch(() => undefined) // the words are not on the tablet yet: stay with what is
    spoken.language = preferences.language
  }
  paint()
}

darkness.addEventListener('change', paint)
