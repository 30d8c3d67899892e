// Before a photo is taken: is there room for it, and will the browser keep it?
import { askToPersist, meter } from '../../core/photos/storage.ts'
import { t } from '../../i18n/index.ts'
import { confirm } from '../parts/asking.svelte.ts'

/** Below this part of the storage one warns before each photo (acceptance scenario 12). */
const LOW = 0.1
/** Once somebody has agreed, one does not ask again for each photo of the same round. */
const QUIET_MS = 10 * 60_000
let agreed = 0

/** Warn where little room is left or the browser has not promised to keep the data; true: go on. */
export async function mayCapture(): Promise<boolean> {
  if (Date.now() - agreed < QUIET_MS) return true
  // A tap on the camera is a gesture: a good moment to ask the browser once more.
  const isKept = await askToPersist()
  const free = await freePart()
  const low = free < LOW
  if (isKept && !low) return true
  const text = [low && t('work.room.low', { percent: Math.floor(free * 100), n: (await meter()).left ?? 0 }), !isKept && t('work.room.unkept')]
  const goes = await confirm({ title: t(low ? 'work.room.title' : 'work.room.title.unkept'), text: text.filter(Boolean).join('\n'), yes: t('work.room.go') })
  if (goes) agreed = Date.now()
  return goes
}

/** The part of the storage that is free; 1 where the browser does not say. */
async function freePart(): Promise<number> {
  const said = await navigator.storage?.estimate?.().catch(() => undefined)
  return said?.quota ? Math.max(0, 1 - (said.usage ?? 0) / said.quota) : 1
}
