// Enrolment codes as people and QR symbols carry them.

const LENGTH = 12

/** Find the code in a scanned link or in what was typed; null where there is none. */
export function codeIn(text: string): string | null {
  const linked = /#enrol=([0-9A-Za-z-]+)/.exec(text)?.[1]
  const code = (linked ?? text).replace(/[\s-]/g, '').toUpperCase()
  return new RegExp(`^[0-9A-Z]{${LENGTH}}$`).test(code) ? code : null
}

/** Write a code in groups of four. */
export function spaced(code: string): string {
  return (code.replace(/[\s-]/g, '').match(/.{1,4}/g) ?? []).join('-')
}
