// Forms that cannot be saved yet.

/** Tell whether anything is wrong, and lead to the first box that is. */
export function leadsToFault(faults: object, form = 'form'): boolean {
  if (Object.keys(faults).length === 0) return false
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`${form} [aria-invalid]`)?.focus())
  return true
}
