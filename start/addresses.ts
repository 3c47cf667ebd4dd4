/**
 * Chooses the gateway's ports before anything is started: a configured port must be free; a default
 * one may be replaced by the next.
 */
import { freePorts, whyTaken } from '../platform/process/ports.ts'
import { StartRefused } from '../platform/process/settings.ts'
import type { StartSettings } from './settings.ts'

export interface Ports {
  readonly port: number
  readonly adminPort: number
  /** One line for each port other than the default. */
  readonly notices: readonly string[]
}

const LOOPBACK = '127.0.0.1'
const usual = { PORT: 4000, ADMIN_PORT: 4090 } as const
const SEARCH = 100 // ports after the default

/** @throws StartRefused that names each configured port that is taken */
export async function choosePorts({ host, port, adminPort }: StartSettings): Promise<Ports> {
  const asked = [
    { setting: 'PORT', host, port },
    { setting: 'ADMIN_PORT', host: LOOPBACK, port: adminPort },
  ]
  const reasons = await Promise.all(asked.map(({ host, port }) => whyTaken(host, port ?? 0)))
  const faults = asked.flatMap(({ setting, host, port }, index) => {
    const reason = reasons[index]
    if (reason === undefined) return []
    if (reason === 'EADDRINUSE') return [`${setting}: port ${port} is taken`]
    // Only root may listen on a low port; other errors concern the host.
    const blamed = reason === 'EACCES' ? setting : 'HOST'
    return [`${blamed}: ${host}:${port ?? usual.PORT} cannot be used (${reason})`]
  })
  if (faults.length > 0) throw new StartRefused(`${faults.join('; ')}. Nothing was started.`)
  const chosenPort = await choose('PORT', host, port, adminPort)
  const chosenAdminPort = await choose('ADMIN_PORT', LOOPBACK, adminPort, chosenPort)
  const notices = [
    ...(port === undefined && chosenPort !== usual.PORT ? [notice('PORT', chosenPort)] : []),
    ...(adminPort === undefined && chosenAdminPort !== usual.ADMIN_PORT ? [notice('ADMIN_PORT', chosenAdminPort)] : []),
  ]
  return { port: chosenPort, adminPort: chosenAdminPort, notices }
}

const notice = (setting: keyof typeof usual, port: number): string =>
  `port ${usual[setting]} is taken: ${setting} is ${port}`

async function choose(
  setting: keyof typeof usual,
  host: string,
  asked: number | undefined,
  reserved: number | undefined,
): Promise<number> {
  if (asked === 0) return (await freePorts(1, host, [reserved]))[0] ?? 0
  if (asked !== undefined) return asked
  for (let port: number = usual[setting]; port < usual[setting] + SEARCH; port++) {
    if (port !== reserved && (await whyTaken(host, port)) === undefined) return port
  }
  throw new StartRefused(`${setting}: no port from ${usual[setting]} on is free. Nothing was started.`)
}
