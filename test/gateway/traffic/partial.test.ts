import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Answer } from '../../support/answer.ts'
import { ask } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'
import type { Misbehave } from '../../support/subgraph.ts'
import { until } from '../../support/until.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway({ env: { STATELESS: 'items' } })
})
afterEach(() => {
  gateway.shop.items.misbehave(undefined)
  gateway.shop.orders.misbehave(undefined)
})
afterAll(() => gateway.stop())

/** Fails if errors reveal an address, an exception's text, a stack or SQL. */
function expectNoLeak({ errors }: Answer): void {
  const text = JSON.stringify(errors)
  for (const secret of [
    '127.0.0.1',
    'localhost',
    'ECONN',
    'at ',
    'node_modules',
    'SELECT',
    '10.0.0.7',
    'Unexpected token',
    'stack',
  ])
    expect(text).not.toContain(secret)
}

const html: Misbehave = (_request, response) => {
  response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502 Bad Gateway at 127.0.0.1</h1>')
  return true
}
const broken: Readonly<Record<string, Misbehave>> = {
  'answers 500 and HTML': html,
  'answers 200 and no GraphQL': (_request, response) => {
    response.end('{"hello":1}')
    return true
  },
  'answers half an answer': (_request, response) => {
    response.end('{"data":{"items":[{"id":"1"')
    return true
  },
  'cuts the answer short': (_request, response) => {
    response.writeHead(200, { 'content-length': 1000 })
    response.write('{"data":')
    setImmediate(() => response.destroy())
    return true
  },
  'hangs up': (request) => {
    request.socket.destroy()
    return true
  },
  'answers 17 MB': (_request, response) => {
    response.end(`{"data":{"x":"${'x'.repeat(17 * 1024 * 1024)}"}}`)
    return true
  },
}

describe('failing service', () => {
  test.each(Object.entries(broken))(
    'A failing service fails only its own fields when it %s',
    async (_how, misbehave) => {
      gateway.shop.items.misbehave(misbehave)
      const answer = await ask(gateway.url, '{ orders(first: 2) { id note item { name } } }')
      expect(answer.status).toBe(200)
      expect(answer.data).toEqual({
        orders: [
          { id: '0', note: 'note 0', item: null },
          { id: '1', note: 'note 1', item: null },
        ],
      })
      expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', service: 'items' })
      expectNoLeak(answer)
      gateway.shop.items.misbehave(undefined)
      await untilHealthy()
    },
  )

  test("Only the public part of a service's errors is passed on", async () => {
    const answer = await ask(gateway.url, '{ secretFault refused whoAmI }')
    expect(answer.data).toEqual({ secretFault: null, refused: null, whoAmI: 'somebody' })
    const byPath = Object.fromEntries((answer.errors ?? []).map((error) => [error.path?.[0], error]))
    expect(byPath['secretFault']).toMatchObject({ message: 'Internal error.', extensions: { code: 'INTERNAL' } })
    expect(byPath['refused']).toMatchObject({ message: 'Not for you.', extensions: { code: 'FORBIDDEN' } })
    expect(byPath['refused']?.extensions).not.toHaveProperty('internal')
    expectNoLeak(answer)
  })
})

/** Waits until the breaker, which may be open, lets a call through again. */
async function untilHealthy(): Promise<void> {
  await until(async () => !(await ask(gateway.url, '{ items { id } }')).errors)
}
