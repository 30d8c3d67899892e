// Keys of the review pages. Whatever a key does, a link or button on the page does as well: without this file nothing is lost.

const FIELDS = 'input:not([type=checkbox]), select, textarea, [contenteditable]'

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
  if (event.target instanceof Element && event.target.matches(FIELDS)) return
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  if (steps(key)) return event.preventDefault()
  const named = [...document.querySelectorAll('[data-keys]')].find((each) => each.dataset.keys.split(' ').includes(key))
  if (!named) return
  event.preventDefault()
  const first = named.dataset.first ? document.querySelector(named.dataset.first) : null
  if (first && !first.value.trim() && !document.querySelector('.send-back :checked')) return first.focus()
  named.click()
})

// In the queue, j and k go from row to row.
function steps(key) {
  const rows = [...document.querySelectorAll('a[data-row]')]
  const by = { j: 1, ArrowRight: 1, k: -1, ArrowLeft: -1 }[key]
  if (!rows.length || !by) return false
  const at = rows.findIndex((row) => row.closest('tr').contains(document.activeElement))
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1)
  rows[next].focus()
  return true
}
