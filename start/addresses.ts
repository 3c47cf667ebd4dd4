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
  /** Port of the demo's identity provider; `undefined` without the demo identity. */
  readonly identityPort: number | undefined
  /** One line for each port other than the default. */
  readonly notices: readonly string[]
}

const LOOPBACK = '127.0.0.1'
const usual = { PORT: 4000, ADMIN_PORT: 4090, IDENTITY_PORT: 4080 } as const
const SEARCH = 100 // ports after the default

interface Asked {
  readonly setting: keyof typeof usual
  readonly host: string
  readonly port: number | undefined
}

/** @throws StartRefused that names each configured port that is taken */
export async function choosePorts({ host, port, adminPort, identityPort, demo }: StartSettings): Promise<Ports> {
  const asked: Asked[] = [
    { setting: 'PORT', host, port },
    { setting: 'ADMIN_PORT', host: LOOPBACK, port: adminPort },
    ...(demo ? [{ setting: 'IDENTITY_PORT', host: LOOPBACK, port: identityPort } as const] : []),
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
  const chosen: Partial<Record<keyof typeof usual, number>> = {}
  for (const one of asked)
    chosen[one.setting] = await choose(one, [...asked.map(({ port }) => port), ...Object.values(chosen)])
  const notices = asked.flatMap(({ setting, port }) =>
    port === undefined && chosen[setting] !== usual[setting]
      ? [`port ${usual[setting]} is taken: ${setting} is ${chosen[setting]}`]
      : [],
  )
  const { PORT = 0, ADMIN_PORT = 0, IDENTITY_PORT } = chosen
  return { port: PORT, adminPort: ADMIN_PORT, identityPort: IDENTITY_PORT, notices }
}

/** @param reserved for the others */
async function choose(
  { setting, host, port: asked }: Asked,
  reserved: readonly (number | undefined)[],
): Promise<number> {
  if (asked === 0) return (await freePorts(1, host, reserved))[0] ?? 0
  if (asked !== undefined) return asked
  for (let port: number = usual[setting]; port < usual[setting] + SEARCH; port++) {
    if (!reserved.includes(port) && (await whyTaken(host, port)) === undefined) return port
  }
  throw new StartRefused(`${setting}: no port from ${usual[setting]} on is free. Nothing was started.`)
}
