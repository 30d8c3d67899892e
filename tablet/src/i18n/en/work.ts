// Words of the working screens: lists, sites, checklists, photos, conflicts.
import type { work as vi } from '../vi/work.ts'

export const work = {
} satisfies Record<keyof typeof vi, string>
