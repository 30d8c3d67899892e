// What htmx leaves open on the office's lists. Pages work without it and without htmx.

// An answer that is no list (signed out meanwhile, a refusal, a server in trouble) is shown as the page that it is.
document.addEventListener('htmx:before:response', (event) => {
  const { request, response } = event.detail.ctx
  if (response.raw.ok && !response.raw.redirected) return
  event.preventDefault()
  location.assign(request.action)
})

// No answer at all: the browser says why.
document.addEventListener('htmx:error', (event) => {
  const action = event.detail.ctx?.request?.action
  if (action) location.assign(action)
})

// The link that was pressed is gone with the old list: the keyboard goes on at the new one.
document.addEventListener('htmx:after:swap', () => {
  if (document.activeElement === document.body) document.getElementById('list')?.focus({ preventScroll: true })
})
