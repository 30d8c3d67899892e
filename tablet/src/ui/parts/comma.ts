// Decimals as they are typed here, with a comma, and as they are recorded, with a point.

/** Read a typed decimal: '0,30' and '0.30' are '0.30'; null where it is none (yet): '', '5,', '1.000,5', '1e3'. */
export function recorded(typed: string): string | null {
  const bare = typed.replace(/[\s\u00a0]/g, '').replace('\u2212', '-')
  const parts = /^([+-]?)(\d*)(?:[.,](\d+))?$/.exec(bare)
  if (parts === null || !/\d/.test(bare)) return null
  const [, sign, digits = '', fraction] = parts
  const whole = digits.replace(/^0+(?=\d)/, '') || '0'
  const number = fraction === undefined ? whole : `${whole}.${fraction}`
  return sign === '-' ? `-${number}` : number
}

/** Write a recorded decimal as people here read it: '0.30' is '0,30'. Trailing zeros say how exact it was, so they stay. */
export function shown(decimal: string): string {
  return decimal.replace('.', ',')
}
