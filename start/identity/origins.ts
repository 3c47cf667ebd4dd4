/** Decides which pages may use the demo's provider: those of this machine, and of named origins. */

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** False for names that others point at this machine (DNS rebinding). */
export const isOwnHost = (host: string): boolean => isOnLoopback(`http://${host}`)

/** @param named origins of other machines */
export const isWelcome = (url: string, named: readonly string[]): boolean =>
  isOnLoopback(url) || named.includes(URL.parse(url)?.origin ?? '')

function isOnLoopback(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && LOOPBACK.has(url.hostname)
}
