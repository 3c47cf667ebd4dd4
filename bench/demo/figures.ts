/** Reads a process's metrics in Prometheus' format, and formats figures for people. */

/** The sum of all values of a metric whose labels are these. */
export async function figure(
  baseUrl: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text()
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return lines
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}

/** Calls that a gateway has sent to a service and that were answered. */
export const callsTo = (adminUrl: string, service: string): Promise<number> =>
  figure(adminUrl, 'tributary_service_answer_seconds_count', { service })

/** Keeps a figure and its unit on one line. */
const NO_BREAK = '\u00a0'

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)}${NO_BREAK}ms`
export const seconds = (value: number): string => `${(value / 1000).toFixed(2)}${NO_BREAK}s`

/** Formats with thousands separators. */
export const count = (value: number | bigint): string => value.toLocaleString('en')

export const plural = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`
