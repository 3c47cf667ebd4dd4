/**
 * Formats terminal output: each process's state as it changes, then the table of addresses. Shows
 * no secret.
 */
import type { Ports } from './addresses.ts'
import type { System } from './processes.ts'
import type { StartSettings } from './settings.ts'
import type { ProcessState } from './supervise.ts'

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`

/** One line, for example `weather 2     ready after 0.7 s`. */
export function stateLine(label: string, state: ProcessState): string {
  return `${label.padEnd(12)}  ${describe(state)}`
}

function describe(state: ProcessState): string {
  switch (state.state) {
    case 'died':
      return `died (${state.how}), starts again in ${seconds(state.delay)}`
    case 'ready':
    case 'done':
      return `${state.state} after ${seconds(state.after)}`
    case 'notice':
      return state.line
    case 'starting':
    case 'stopped':
      return state.state
  }
}

/** One line per address; the last is `ready` with the address of the graph. */
export function addressTable(settings: StartSettings, ports: Ports, system: System): string {
  const origin = `http://${publicHost(settings.host)}:${ports.port}`
  const stateful = system.stateful('').map(({ label, url }) => [label, 'stateful', url])
  const stateless = system.stateless.map(({ label, url }) => [label, 'stateless', url])
  const rows = [
    ...(system.database
      ? [['database', 'PostgreSQL', `${settings.dataDir}/postgres (its URL: npm run --silent database)`]]
      : []),
    ...stateful,
    ...stateless,
    ...(settings.app ? [['app', '', `${origin}/app/`]] : []),
    ...(settings.playground ? [['playground', '', `${origin}/`]] : []),
    ...(system.identity ? [['identity', 'OpenID', system.identity.url]] : []),
    ['live map', '', new URL('/', system.services).href],
    ['admin', '', system.services],
  ]
  const lines = rows.map(([label = '', kind = '', place = '']) => `${label.padEnd(12)}  ${kind.padEnd(10)}  ${place}`)
  return [...lines, '', `ready ${origin}/graphql`].join('\n')
}

/** Shows loopback and wildcard addresses as `localhost`. */
const publicHost = (host: string): string =>
  ['127.0.0.1', '0.0.0.0', '::1', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
