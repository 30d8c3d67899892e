// Saving to a file what is nowhere else.
import { exported, type Exported } from '../../core/outbox/export.ts'

/** Write the file and hand it to the browser's downloads. */
export async function saveToFile(device: string): Promise<Exported> {
  const made = await exported(device)
  const url = URL.createObjectURL(made.file)
  const link = document.createElement('a')
  link.href = url
  link.download = made.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // the download has begun by then
  return made
}
