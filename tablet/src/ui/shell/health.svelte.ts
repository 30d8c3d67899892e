// How the tablet itself is: battery, whether the browser promised to keep what is stored, room, whether the app is installed.

interface Battery extends EventTarget { level: number; charging: boolean }
interface InstallPrompt extends Event { prompt(): Promise<void>; userChoice: Promise<{ outcome: string }> }

export interface Health {
  /** 0 to 1; null where the browser does not tell. */
  battery: number | null
  charging: boolean
  /** Null until it is known. */
  persisted: boolean | null
  /** Bytes; null where the browser does not tell. */
  free: number | null
  used: number | null
  installable: boolean
  installed: boolean
}

export const LOW_BATTERY = 0.2
export const LITTLE_ROOM = 0.1

export const health = $state<Health>({
  battery: null, charging: false, persisted: null, free: null, used: null, installable: false,
  installed: matchMedia('(display-mode: standalone)').matches,
})

let prompt: InstallPrompt | null = null

/** Begin to watch; room is looked at again whenever the app is shown. */
export function watchHealth(): void {
  void watchBattery()
  void lookAtStorage()
  document.addEventListener('visibilitychange', () => void (document.hidden || lookAtStorage()))
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault() // offered in its own words, under "Thêm"
    prompt = event as InstallPrompt // not in TypeScript's DOM
    health.installable = true
  })
  addEventListener('appinstalled', () => {
    health.installable = false
    health.installed = true
  })
}

async function watchBattery(): Promise<void> {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> } // Chromium only
  const battery = await source.getBattery?.().catch(() => undefined)
  if (battery === undefined) return
  const read = (): void => {
    health.battery = battery.level
    health.charging = battery.charging
  }
  read()
  for (const name of ['levelchange', 'chargingchange'] as const) battery.addEventListener(name, read)
}

export async function lookAtStorage(): Promise<void> {
  if (!('storage' in navigator)) return
  health.persisted = await navigator.storage.persisted().catch(() => null)
  const { quota, usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}))
  health.used = usage ?? null
  health.free = quota === undefined || usage === undefined ? null : quota - usage
}

/** Say whether less than a tenth of what the browser grants is left. */
export function hasLittleRoom(): boolean {
  return health.free !== null && health.used !== null && health.free / (health.free + health.used) < LITTLE_ROOM
}

/** Ask the browser to keep what is stored; browsers answer best when a person has just tapped. */
export async function askToPersist(): Promise<boolean> {
  if (!('storage' in navigator)) return false
  health.persisted = await navigator.storage.persist().catch(() => false)
  return health.persisted
}

/** Offer to put the app on the tablet's home screen. */
export async function install(): Promise<void> {
  await prompt?.prompt()
  prompt = null
  health.installable = false
}
