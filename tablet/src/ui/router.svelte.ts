// Where the person is: follows the address, so that the tablet's own back button works.

/** The hash as it is now; screens are chosen from it in App.svelte. */
export const place = $state({ hash: location.hash })

/** How many steps of this app lie behind the present one; the browser keeps it beside each step. */
let depth = remembered() ?? 0

function remembered(): number | null {
  const state: unknown = history.state
  return typeof state === 'object' && state !== null && 'depth' in state && typeof state.depth === 'number' ? state.depth : null
}

addEventListener('hashchange', () => {
  depth = remembered() ?? depth + 1
  history.replaceState({ depth }, '')
  place.hash = location.hash
})

/** Go to a screen: `go('/inspections/ID')`. */
export function go(path: string): void {
  location.hash = path
}

/** Go without leaving a step in the history: after something that must not be done twice. */
export function replace(path: string): void {
  history.replaceState({ depth }, '', `#${path}`)
  place.hash = location.hash
}

/** Go back where the person came from, or up to `otherwise` where the app was opened at this screen. */
export function back(otherwise: string): void {
  if (depth > 0) history.back()
  else replace(otherwise)
}
