/** `npm run mock`: serves the public schema with realistic data, without its services. */
import { isIP } from 'node:net'
import { announceReady, runProcess } from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import { whyTaken } from '../../platform/process/ports.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { readArguments } from './arguments.ts'

await runProcess(createLogger('mock', 'info'), async () => {
  const options = readArguments(process.argv.slice(2), process.env)
  const port = Number(options.environment['PORT'] ?? 4000)
  if (port > 0 && (await whyTaken(options.environment['HOST'] ?? '127.0.0.1', port)) !== undefined)
    throw new StartRefused(`Port ${port} is taken: --port names another, and 0 takes any.`)
  // Imported lazily, so that refusals do not wait for the gateway's modules.
  const { runMock } = await import('./run.ts')
  const mock = await runMock(options)
  announceReady(mock.url)
  const { hostname, port: opened } = new URL(mock.url)
  const local = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
  console.log(`ready http://${local ? 'localhost' : hostname}:${opened}/graphql`)
  return mock
})
