// Giving a PDF out of the browser: to the system's print, to another app, to a file. Android's Chrome shows no PDF by itself.

/** A file name of a number: 05/BB-ĐKT of 2026 is 05-BB-ĐKT-2026.pdf, as the server names it. */
export function fileName(number: string, year: number, suffix = ''): string {
  return `${number.replaceAll('/', '-')}-${year}${suffix}.pdf`
}

function fileOf(bytes: Uint8Array, name: string): File {
  return new File([new Uint8Array(bytes)], name, { type: 'application/pdf' })
}

/** Whether another app can be handed a PDF. */
export function canShare(): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [fileOf(new Uint8Array(), 'a.pdf')] })
}

/** Hand a PDF to another app; false where the person changed their mind. */
export async function share(bytes: Uint8Array, name: string): Promise<boolean> {
  try {
    await navigator.share({ files: [fileOf(bytes, name)] })
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false
    throw error
  }
}

/** Put a PDF among the downloads. */
export function download(bytes: Uint8Array, name: string): void {
  const address = URL.createObjectURL(fileOf(bytes, name))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/**
 * Print a PDF: in the browser where it can show one, else by the app that opens PDFs, which prints through the system.
 * Returns how it went out.
 */
export async function print(bytes: Uint8Array, name: string): Promise<'printed' | 'shared' | 'downloaded'> {
  if (navigator.pdfViewerEnabled) {
    await printFrame(bytes, name)
    return 'printed'
  }
  if (canShare()) {
    await share(bytes, name)
    return 'shared'
  }
  download(bytes, name)
  return 'downloaded'
}

async function printFrame(bytes: Uint8Array, name: string): Promise<void> {
  document.getElementById('printing')?.remove()
  const frame = document.createElement('iframe')
  frame.id = 'printing'
  frame.className = 'unseen'
  frame.title = name
  const address = URL.createObjectURL(fileOf(bytes, name))
  const shown = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
  frame.src = address
  document.body.append(frame)
  await shown
  frame.contentWindow?.focus()
  frame.contentWindow?.print()
  setTimeout(() => URL.revokeObjectURL(address), 600_000) // the print dialog may stay open
}
