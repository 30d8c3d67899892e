// Questions before something that cannot be taken back, and short words that come and go. One host shows them: Hosts.svelte.

export interface Question {
  title: string
  text: string
  yes: string
  no?: string
  danger?: boolean
}
export interface Word {
  id: number
  text: string
  tone: 'good' | 'bad' | 'info'
  undo?: () => void | Promise<void>
}

interface Pending extends Question { answer: (yes: boolean) => void }

/** How long a word stays; one that can be undone stays longer. */
const STAYS_MS = 5_000
const STAYS_WITH_UNDO_MS = 10_000

export const asked = $state<{ now: Pending | null; words: Word[] }>({ now: null, words: [] })
let count = 0

/** Ask and wait; true where the person agreed. A question that is asked while another stands answers that one with no. */
export function confirm(question: Question): Promise<boolean> {
  asked.now?.answer(false)
  return new Promise((resolve) => {
    asked.now = {
      ...question,
      answer: (yes) => {
        asked.now = null
        resolve(yes)
      },
    }
  })
}

/** Say a word in passing; what must not be missed belongs on the screen instead. */
export function toast(text: string, more: { tone?: Word['tone']; undo?: Word['undo'] } = {}): void {
  const id = ++count
  asked.words = [...asked.words.slice(-2), { id, text, tone: more.tone ?? 'good', undo: more.undo }]
  setTimeout(() => dismiss(id), more.undo ? STAYS_WITH_UNDO_MS : STAYS_MS)
}

export function dismiss(id: number): void {
  asked.words = asked.words.filter((word) => word.id !== id)
}
