// Autosave: what was typed goes to the tablet's database after a breath, and at once where the screen may go away.
import { Trouble } from '../../core/trouble.ts'

/** A breath after the last keystroke; long enough not to write each letter, short enough to lose nothing. */
const BREATH_MS = 400

type Write = () => Promise<void>
interface Waiting { write: Write; timer: ReturnType<typeof setTimeout> }

/** What the screen says: when something was last saved, how much is on its way, why it could not be. */
export const saving = $state<{ at: Date | null; waiting: number; failed: 'full' | 'other' | null }>({ at: null, waiting: 0, failed: null })

const waiting = new Map<string, Waiting>()
/** Writes follow one another, so that two of one document never overtake. */
let tail: Promise<void> = Promise.resolve()

/** Write soon; a later call under the same key takes this one's place. */
export function soon(key: string, write: Write): void {
  clearTimeout(waiting.get(key)?.timer)
  waiting.set(key, { write, timer: setTimeout(() => void run(key), BREATH_MS) })
  saving.waiting = waiting.size
}

/** Write now, after what is being written; resolves when it is on the tablet, or its failure is shown. */
export function now(key: string, write: Write): Promise<void> {
  clearTimeout(waiting.get(key)?.timer)
  waiting.set(key, { write, timer: setTimeout(() => undefined, 0) })
  return run(key)
}

/** Write everything that waits. */
export async function flush(): Promise<void> {
  await Promise.all([...waiting.keys()].map(run))
  await tail
}

function run(key: string): Promise<void> {
  const own = waiting.get(key)
  if (own === undefined) return tail
  clearTimeout(own.timer)
  waiting.delete(key)
  tail = tail.then(() => attempt(key, own.write))
  return tail
}

async function attempt(key: string, write: Write): Promise<void> {
  try {
    await write()
    saving.at = new Date()
    saving.failed = null
  } catch (error) {
    // The text is still in its box; it is tried again with the next change, or by the button beside the reason.
    if (!waiting.has(key)) waiting.set(key, { write, timer: setTimeout(() => undefined, 0) })
    saving.failed = reason(error)
  }
  saving.waiting = waiting.size
}

function reason(error: unknown): 'full' | 'other' {
  return error instanceof Trouble && error.key === 'storage_full' ? 'full' : 'other'
}

if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void flush())
  for (const event of ['pagehide', 'hashchange', 'freeze']) addEventListener(event, () => void flush())
}
