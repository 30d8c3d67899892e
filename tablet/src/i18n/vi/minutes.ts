// Words of the minutes' screens: closing, issuing, signing, blanks, the verifier.
export const minutes = {
} as const
