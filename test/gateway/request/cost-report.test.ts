/** The cost of an operation, reported to clients that ask for it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { ask } from '../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../support/shop-gateway.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway({ env: { STATELESS: 'items', LIMIT_COST_PER_MINUTE: '1000' } })
})
afterAll(() => gateway.stop())

const asked = { cost: true }
const costOf = async (query: string) => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, extensions: asked }),
  })
  return { cacheControl: response.headers.get('cache-control'), ...((await response.json()) as Told) }
}
interface Told {
  readonly data: unknown
  readonly extensions: {
    readonly cost: { readonly estimate: number; readonly actual: number; readonly budgets: readonly { left: number }[] }
  }
}

test('The actual cost counts what the answer contains, the estimate what the query asks for', async () => {
  const { extensions } = await costOf('{ orders(first: 50) { id item { name } } order(id: "none") { item { name } } }')
  expect(extensions.cost.estimate).toBe(102)
  // The estimate takes the size of this list from the schema.
  const whole = await costOf('{ items { id name } }')
  expect(whole.extensions.cost.actual).toBe((whole.data as { items: unknown[] }).items.length)
  const { actual } = (
    await costOf(
      '{ o: order(id: "7") { ...F } } fragment F on Order { ...G @defer } fragment G on Order { id t: __typename }',
    )
  ).extensions.cost
  expect(actual).toBe(1 + 5 + 1)
})

test('The reported remaining budget falls by the estimate, and the answer is not cacheable', async () => {
  const query = '{ items(first: 300) { id } }'
  const [first, second] = [await costOf(query), await costOf(query)]
  const left = ({ extensions }: Told): number => extensions.cost.budgets[0]?.left ?? Number.NaN
  expect(left(first) - left(second)).toBeGreaterThanOrEqual(200) // 17 are refilled each second in between
  expect(left(first) - left(second)).toBeLessThanOrEqual(300)
  expect(second.cacheControl).toBe('no-store')
})

test('The cost is reported only to clients that ask for it', async () => {
  const response = await ask(gateway.url, { query: '{ whoAmI }', extensions: { cost: 1 } })
  expect(JSON.stringify(response)).not.toContain('estimate')
})

test('A cost report comes with errors, and over WebSockets, too', async () => {
  expect(await costOf('{ whoAmI secretFault }')).toMatchObject({
    data: { whoAmI: 'somebody', secretFault: null },
    errors: [{ extensions: { code: 'INTERNAL' } }],
    extensions: { cost: { actual: 0 } },
  })
  const client = createClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
  const { value } = await client.iterate({ query: '{ a: whoAmI }', extensions: asked }).next()
  expect(value).toMatchObject({ data: { a: 'somebody' }, extensions: { cost: { actual: 1 } } })
  await client.dispose()
})
