// Words of the minutes' screens: closing, issuing, signing, blanks, the verifier.
import type { minutes as vi } from '../vi/minutes.ts'

export const minutes = {
} satisfies Record<keyof typeof vi, string>
