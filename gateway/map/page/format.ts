/** Figures for people. */

export const rate = (perSecond: number): string => `${count(perSecond)}/s`

const count = (value: number): string =>
  value > 0 && value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')

export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return '–'
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(1)} s`
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`

/** Host and port of an address, and its path if it is not the usual one. */
export function address(url: string): string {
  if (!URL.canParse(url)) return url
  const { host, pathname } = new URL(url)
  return ['/', '/graphql'].includes(pathname) ? host : host + pathname
}
