// Words that the core says of itself: reasons, failures, states.
export const core = {
} as const
