// When something was, seen from now, and sizes, as people here write them.
import { language, t } from '../../i18n/index.ts'
import { shown } from './comma.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** '09:31' today, 'hôm qua 09:31', else '25/11 09:31'; another year is named. */
export function moment(ms: number, now = Date.now()): string {
  const at = new Date(ms)
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}`
  const days = Math.round((dayOf(now) - dayOf(ms)) / 86_400_000)
  if (days === 0) return clock
  if (days === 1) return t('shell.time.yesterday', { clock })
  const year = at.getFullYear() === new Date(now).getFullYear() ? '' : `/${at.getFullYear()}`
  return `${two(at.getDate())}/${two(at.getMonth() + 1)}${year} ${clock}`
}

/** Bytes as KB or MB. */
export function size(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1_000, 'KB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  const text = value.toFixed(value < 10 && unit !== 'KB' ? 1 : 0)
  return `${language() === 'vi' ? shown(text) : text} ${unit}`
}

function dayOf(ms: number): number {
  const at = new Date(ms)
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()
}
