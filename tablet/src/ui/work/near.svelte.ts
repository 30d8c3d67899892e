// Sorting by distance: where the tablet is, asked for by a tap, forgotten by the next.
import { position } from '../../core/photos/position.ts'
import { t } from '../../i18n/index.ts'
import { toast } from '../parts/asking.svelte.ts'
import type { Place } from './lists.ts'

export class Near {
  here = $state<Place | null>(null)
  asking = $state(false)

  async turn(): Promise<void> {
    if (this.here !== null) {
      this.here = null
      return
    }
    this.asking = true
    this.here = await position()
    this.asking = false
    if (this.here === null) toast(t('work.position.none'), { tone: 'bad' })
  }
}
