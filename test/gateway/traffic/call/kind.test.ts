/**
 * A service whose declared kind differs from the registry's gets no calls, and the start fails in
 * one line.
 */
import { afterEach, expect, test } from '@jest/globals'
import { stateless } from '../../../../gateway/traffic/call/kind.ts'
import { probeHealth } from '../../../../gateway/traffic/health.ts'
import { closeInstance, openInstance } from '../../../../gateway/traffic/open-instance.ts'
import { sendJson } from '../../../../platform/http/message/http-error.ts'
import { type HttpListener, listen } from '../../../../platform/http/server/listen.ts'
import { healthy } from '../../../../start/health.ts'
import { log } from '../../../support/log.ts'
import { until } from '../../../support/until.ts'

let service: HttpListener
afterEach(() => service.drain(0))

const serve = async (kind: string | undefined): Promise<string> => {
  service = await listen((_request, response) => sendJson(response, 200, { service: 'reviews', kind, pid: 7 }), {
    host: '127.0.0.1',
    port: 0,
  })
  return service.url
}

test.each<[string | undefined, string]>([
  ['stateless', 'closed'],
  [undefined, 'closed'],
  ['stateful', 'open'],
])('A service registered as stateless that declares itself %s leaves its breaker %s', async (kind, state) => {
  const instance = openInstance(await serve(kind), {
    definition: stateless('reviews'),
    secret: undefined,
    isOurs: true,
  })
  const stop = probeHealth([{ name: 'reviews', kind: 'stateless', instances: [instance] }], log)
  await until(() => instance.pid === 7)
  await until(() => instance.breaker.state === state)
  stop()
  await closeInstance(instance)
})

test('A service of another kind than registered stops the start', async () => {
  const url = await serve('stateful')
  await healthy('stateful')(url, new AbortController().signal)
  await expect(healthy('stateless')(url, new AbortController().signal)).rejects.toThrow(
    'reviews is stateless by tributary.config.ts and stateful by its main.ts: let them agree.',
  )
})
