// Pictures from the tablet's own bytes: an address for as long as the component shows it.

/** The address of a blob; given back when another one comes or the component goes. */
export function blobUrl(read: () => Blob | null): { readonly url: string | null } {
  let url = $state<string | null>(null)
  $effect(() => {
    const blob = read()
    if (blob === null) {
      url = null
      return
    }
    const made = URL.createObjectURL(blob)
    url = made
    return () => URL.revokeObjectURL(made)
  })
  return {
    get url() { return url },
  }
}
