// Keeps the screen on while somebody measures: the lock is lost whenever the page is hidden, and taken again.
import { preferences } from '../shell/preferences.svelte.ts'

/** Keep the screen on until the returned function is called; does nothing where it cannot or is not wanted. */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | null = null
  let over = !preferences.awake || !('wakeLock' in navigator)
  const take = async (): Promise<void> => {
    if (over || document.hidden) return
    try {
      const taken = await navigator.wakeLock.request('screen')
      if (over) await taken.release()
      else lock = taken
    } catch {
      // The battery is low or the system says no: the screen goes dark as it always did.
    }
  }
  const onShown = (): void => void take()
  document.addEventListener('visibilitychange', onShown)
  void take()
  return () => {
    over = true
    document.removeEventListener('visibilitychange', onShown)
    void lock?.release()
  }
}
