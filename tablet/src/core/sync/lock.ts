// One at a time, across the tabs of a tablet.

let tail: Promise<unknown> = Promise.resolve()

/** Run alone; others wait for their turn. Without the browser's locks (old ones) at least within this page. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (typeof navigator !== 'undefined' && navigator.locks) return await navigator.locks.request(name, work)
  const turn = tail.then(work, work)
  tail = turn.catch(() => undefined)
  return turn
}
