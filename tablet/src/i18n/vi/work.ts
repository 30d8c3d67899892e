// Words of the working screens: lists, sites, checklists, photos, conflicts.
export const work = {
} as const
