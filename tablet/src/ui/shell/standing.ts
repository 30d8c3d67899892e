// How the sync stands, as one symbol and few words: what the chip and the sync screen say.
import type { SyncStatus } from '../../core/sync/status.ts'
import { t, type PlainKey } from '../../i18n/index.ts'
import type { IconName } from '../parts/icons.ts'
import { moment } from '../parts/times.ts'

export interface Standing {
  icon: IconName
  tone: 'good' | 'plain' | 'warn'
  word: PlainKey
}

/** No network is no trouble; what the server did not simply take is. */
export function standing(status: SyncStatus): Standing {
  if (status.state === 'syncing') return { icon: 'sync', tone: 'plain', word: 'shell.chip.syncing' }
  if (status.state === 'failed' || status.refused + status.conflicts > 0) return { icon: 'alert', tone: 'warn', word: 'shell.chip.trouble' }
  if (status.state === 'offline') return { icon: 'offline', tone: 'plain', word: 'shell.chip.offline' }
  if (status.waiting.records + status.waiting.photos > 0) return { icon: 'waiting', tone: 'plain', word: 'shell.chip.waiting' }
  if (status.state === 'never') return { icon: 'cloud', tone: 'plain', word: 'shell.chip.never' }
  return { icon: 'done', tone: 'good', word: 'shell.chip.done' }
}

/** What still waits, else when everything was last sent. */
export function counts(status: SyncStatus): string {
  const { records, photos } = status.waiting
  const parts: string[] = []
  if (records > 0) parts.push(t('shell.unit.changes', { n: records }))
  if (photos > 0) parts.push(t('shell.unit.photos', { n: photos }))
  if (parts.length > 0) return t('shell.chip.left', { what: parts.join(', ') })
  return status.lastSuccess === null ? '' : t('shell.chip.at', { when: moment(status.lastSuccess) })
}
