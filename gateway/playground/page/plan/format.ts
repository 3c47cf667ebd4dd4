/** Times, sizes and numbers, for people. */

const thousands = new Intl.NumberFormat('en')

export function milliseconds(value: number): string {
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`
  if (value >= 10) return `${Math.round(value)} ms`
  return value < 0.1 ? '<0.1 ms' : `${value.toFixed(1)} ms`
}

export const bytes = (value: number): string => (value >= 1000 ? `${(value / 1000).toFixed(1)} kB` : `${value} B`)

export const whole = (value: number): string => thousands.format(Math.round(value))

/** `1 city`, `2 cities`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  `${whole(value)} ${value === 1 ? one : many}`

/** How long a budget lasts: `s`, `minute`, `5 minutes`. */
export function period(every: number): string {
  const [size, unit] = [[3_600_000, 'hour'] as const, [60_000, 'minute'] as const, [1000, 'second'] as const].find(
    ([size]) => every >= size && every % size === 0,
  ) ?? [1, 'ms']
  return every === size ? unit : `${whole(every / size)} ${unit}s`
}
