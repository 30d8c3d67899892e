// Which screen an address means. Addresses carry ids, never names: they stand in the browser's history.

export interface Route {
  /** The pattern that matched, such as `inspections/:id/minutes`. */
  pattern: string
  params: { readonly [name: string]: string }
  /** What follows a `?`: `#/sites?q=...` is not used for names that were searched for, only for ways of showing. */
  query: URLSearchParams
}

/** An enrolment code that the address carries (`/app/#enrol=CODE`), or null. */
export function enrolmentCode(hash: string): string | null {
  return /^#enrol=([0-9A-Za-z-]{4,64})$/.exec(hash)?.[1] ?? null
}

/** Find the pattern that a hash matches; null where there is none. */
export function match(hash: string, patterns: readonly string[]): Route | null {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const parts = path.split('/').filter(Boolean)
  for (const pattern of patterns) {
    const params = against(pattern.split('/').filter(Boolean), parts)
    if (params !== null) return { pattern, params, query: new URLSearchParams(query) }
  }
  return null
}

function against(wanted: readonly string[], parts: readonly string[]): { [name: string]: string } | null {
  if (wanted.length !== parts.length) return null
  const params: { [name: string]: string } = {}
  for (const [at, name] of wanted.entries()) {
    const part = parts[at] ?? ''
    if (name.startsWith(':')) {
      try {
        params[name.slice(1)] = decodeURIComponent(part)
      } catch {
        return null // a broken %-escape that somebody typed
      }
    } else if (name !== part) return null
  }
  return params
}
