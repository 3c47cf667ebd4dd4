import { expect, test } from '@jest/globals'
import { Registry } from 'prom-client'
import { createMemoryStore } from '../../../gateway/traffic/cache/memory.ts'
import { stateful, stateless } from '../../../gateway/traffic/call/kind.ts'
import { createTrafficMetrics } from '../../../gateway/traffic/metrics.ts'
import { createTraffic } from '../../../gateway/traffic/traffic.ts'
import { log } from '../../support/log.ts'

test('Of two paths of services that fit, the longer one counts', async () => {
  const addresses = ['http://127.0.0.1:1/graphql']
  const traffic = createTraffic({
    services: [
      { definition: stateful('orders', { paths: ['/files/'] }), addresses },
      { definition: stateless('items', { paths: ['/files/images/'] }), addresses },
    ],
    secret: undefined,
    ownServices: false,
    store: createMemoryStore(1_000_000),
    metrics: createTrafficMetrics(new Registry()),
    clientRules: undefined,
    log,
  })
  const owners = ['/files/a', '/files/images/a', '/file'].map((path) => traffic.serviceOfPath(path))
  expect(owners).toEqual(['orders', 'items', undefined])
  await traffic.close()
})
