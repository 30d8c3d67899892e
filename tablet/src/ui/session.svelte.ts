// Who is signed in, for screens: follows core/store/session.ts, and signs out whoever laid the tablet down.
import { close, current, onChange, type Session } from '../core/store/session.ts'

let session = $state.raw<Session | null>(current())
onChange((next) => (session = next))

export const here = {
  get session(): Session | null { return session },
}

const TOUCHES = ['pointerdown', 'keydown', 'scroll'] as const

/** Sign out after so long without a touch; everything is saved as it is typed, and the address stays where it was. */
export function lockWhenLaidDown(afterMs: number): () => void {
  let touched = Date.now()
  const touch = (): void => void (touched = Date.now())
  // Timers sleep with the tablet, so the clock is asked whenever it wakes as well.
  const look = (): void => void (current() !== null && Date.now() - touched > afterMs && close())
  const timer = setInterval(look, 15_000)
  document.addEventListener('visibilitychange', look)
  for (const name of TOUCHES) addEventListener(name, touch, { capture: true, passive: true })
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
    for (const name of TOUCHES) removeEventListener(name, touch, { capture: true })
  }
}
