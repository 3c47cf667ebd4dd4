/**
 * Runs the demo's identity provider: OpenID Connect on loopback, signing with the key of the data
 * folder. In development only, and its state lives as long as the process.
 */
import { z } from 'zod'
import { type HttpListener, listen } from '../../platform/http/server/listen.ts'
import { announceReady, runProcess } from '../../platform/process/lifecycle.ts'
import { createLogger } from '../../platform/process/log.ts'
import {
  commaList,
  httpUrl,
  isProduction,
  port,
  processSettings,
  readSettings,
  StartRefused,
} from '../../platform/process/settings.ts'
import { lifetimeSettings, lifetimes } from './lifetimes.ts'
import { isOwnHost } from './origins.ts'
import type { AnswerProvider } from './provider.ts'
import { refusal } from './refusal.ts'

const schema = z.object({
  ...processSettings,
  ...lifetimeSettings,
  PORT: port.default(4080),
  CORS_ORIGINS: commaList(httpUrl).optional(),
})

const DRAIN_TIMEOUT = 2_000 // milliseconds

const log = createLogger('identity', 'warn')

await runProcess(log, async () => {
  const settings = readSettings(schema, process.env)
  if (isProduction(settings.NODE_ENV)) throw new StartRefused('The demo identity is not available in production.')
  let answer: Promise<AnswerProvider> | undefined
  const listener: HttpListener = await listen(
    async (request, response) => {
      if (!isOwnHost(request.headers.host ?? '')) {
        const { headers, body } = refusal(request.headers.accept, 'Open this page at localhost.')
        response.writeHead(403, headers).end(body)
        return
      }
      answer ??= open()
      await (await answer)(request, response)
    },
    { host: '127.0.0.1', port: settings.PORT },
  )
  const issuer = listener.url.replace('127.0.0.1', 'localhost')
  /** Imported lazily: needed only when somebody signs in. */
  const open = async (): Promise<AnswerProvider> => {
    const { createProvider } = await import('./provider.ts')
    return createProvider({
      issuer,
      dataDir: settings.DATA_DIR,
      origins: settings.CORS_ORIGINS ?? [],
      lifetimes: lifetimes(settings.IDENTITY_DEMO_TOKEN_LIFETIME, settings.IDENTITY_DEMO_SESSION_LIFETIME),
      log,
    })
  }
  announceReady(issuer)
  return { stop: () => listener.drain(DRAIN_TIMEOUT) }
})
