// Words that the core says of itself: reasons, failures, states.
import type { core as vi } from '../vi/core.ts'

export const core = {
} satisfies Record<keyof typeof vi, string>
