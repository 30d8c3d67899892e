// The code that the office's link carried in, until it is used; it never stays in the address.
export const given = $state<{ code: string }>({ code: '' })
