import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { WebSocket } from 'ws'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

let shop: Shop
let provider: IdentityProvider
let gateway: TestGateway
beforeAll(async () => {
  shop = await startShop()
  provider = await startIdentityProvider()
  gateway = await startTestGateway({
    services: shop.services,
    env: {
      ...provider.env,
      GATEWAY_SECRET: 'a secret of sixteen',
      STATELESS: 'items',
      TRUSTED_PROXIES: '127.0.0.0/8, ::1',
    },
    limits: { operationsInWork: 4, operationsWaiting: 40, costPerMinute: 1_000 },
  })
})
afterAll(async () => {
  await gateway.stop()
  await provider.close()
  await shop.close()
})

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const from = (address: string) => ({ 'x-forwarded-for': address })

/** Has a service hold all further calls until they are released. */
function hold(service: Shop['orders']): { held: () => number; release: () => void } {
  let open: () => void = () => undefined
  let held = 0
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  service.misbehave(async () => {
    held += 1
    await opened
    return false
  })
  return {
    held: () => held,
    release() {
      service.misbehave(undefined)
      open()
    },
  }
}

test('A client address with a zone stops neither a request nor a socket', async () => {
  const forwarded = { forwarded: 'for="[fe80::1%br-0]"' }
  expect(verdict(await ask(gateway.url, '{ __typename }', forwarded))).toBe('200 OK')
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: forwarded,
  })
  await once(socket, 'open')
  socket.close()
  await once(socket, 'close')
})

test('A caller who floods a service delays only himself', async () => {
  const { held, release } = hold(shop.orders)
  const flooder = bearer(await provider.token({ sub: 'flooder' }))
  // Four of the sixty run and forty wait. Once the other sixteen are refused, all have arrived.
  const flood = Array.from({ length: 60 }, (_, number) =>
    ask(gateway.url, `{ order(id: "${number}") { id } }`, flooder),
  )
  let answered = 0
  for (const one of flood) one.then(() => (answered += 1))
  await until(() => answered === 16 && held() === 4)
  const refused = await ask(gateway.url, '{ whoAmI }', flooder)
  expect(verdict(refused)).toBe('429 BUDGET_EXHAUSTED')
  expect(refused.headers.get('retry-after')).toBe('1')
  shop.orders.misbehave(undefined)
  const other = await ask(gateway.url, '{ whoAmI }', bearer(await provider.token({ sub: 'other' })))
  expect([verdict(other), answered]).toEqual(['200 OK', 16])
  release()
  const verdicts = (await Promise.all(flood)).map(verdict).sort()
  expect(verdicts).toEqual([...Array(44).fill('200 OK'), ...Array(16).fill('429 BUDGET_EXHAUSTED')])
})

test('Behind a proxy, signed-out callers are distinguished by their own addresses, in budgets too', async () => {
  const dear = '{ items(first: 900) { id } }'
  expect(verdict(await ask(gateway.url, dear, from('198.51.100.1')))).toBe('200 OK')
  expect(verdict(await ask(gateway.url, dear, from('198.51.100.1')))).toBe('429 BUDGET_EXHAUSTED')
  expect(verdict(await ask(gateway.url, dear, from('203.0.113.9, 198.51.100.1')))).toBe('429 BUDGET_EXHAUSTED')
  expect(verdict(await ask(gateway.url, dear, from('198.51.100.2')))).toBe('200 OK')
  expect(verdict(await ask(gateway.url, dear, from('2001:db8::1')))).toBe('200 OK')
  expect(verdict(await ask(gateway.url, dear, from('2001:db8::2')))).toBe('429 BUDGET_EXHAUSTED')
})
