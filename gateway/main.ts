/** `node gateway/main.ts`: reads the settings, starts the gateway, says when it is ready and stays until told to stop. */
import { isIP } from 'node:net'
import { readConfig } from './config.ts'
import { startGateway } from './gateway.ts'
import { announceReady, runProcess } from './process/lifecycle.ts'
import { createLogger } from './process/log.ts'

await runProcess(createLogger('gateway', 'info'), async () => {
  const config = await readConfig(process.env)
  const gateway = await startGateway(config, createLogger('gateway', config.logLevel))
  announceReady(gateway.url)
  console.log(`ready ${addressForPeople(gateway.url)}/graphql`)
  return gateway
})

/** As one would type it: a loopback or wildcard address is `localhost`. */
function addressForPeople(url: string): string {
  const { hostname, port } = new URL(url)
  const bare = hostname.replace(/^\[|\]$/g, '')
  const local = isIP(bare) !== 0 && (bare.startsWith('127.') || ['::1', '0.0.0.0', '::'].includes(bare))
  return `http://${local ? 'localhost' : hostname}:${port}`
}
