// What went wrong, in the words of the person's language.
import { Trouble } from '../../core/trouble.ts'
import { isKey, phrase, t } from '../../i18n/index.ts'

/** Say an error: expected troubles by their sentence and the server's own word, the rest as a fault of ours. */
export function saidOf(error: unknown): string {
  if (!(error instanceof Trouble)) return t('shell.failed.unexpected')
  const key = `core.${error.key}`
  return error.detail ?? (isKey(key) ? phrase(key, error.values) : error.message)
}
