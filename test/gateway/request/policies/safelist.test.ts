import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { newFolder } from '../../../support/folder.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../../support/gateway.ts'
import { type Shop, startShop } from '../../../support/shop.ts'

const listed = 'query Listed($first: Int) { orders(first: $first) { id } }'
const mutation = 'mutation Buy { buy(input: { item: "1" }) { id } }'
const manifest = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [
    { id: 'any', name: 'Listed', type: 'query', body: listed },
    { id: 'other', name: 'Buy', type: 'mutation', body: mutation },
  ],
}
const byHash = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') } },
})

let shop: Shop
let folder: string
let gateway: TestGateway
const start = (SAFELIST: string) => startTestGateway({ services: shop.services, env: { STATELESS: 'items', SAFELIST } })
beforeAll(async () => {
  shop = await startShop()
  folder = await newFolder()
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'listed.graphql'), listed)
  gateway = await start(join(folder, 'manifest.json'))
})
afterAll(async () => {
  await gateway.stop()
  await shop.close()
})

describe('safelist', () => {
  test('A registered operation runs by its text or its hash, with any variables', async () => {
    const variables = { first: 1 }
    for (const operation of [{ query: listed }, byHash(listed), { query: listed, ...byHash(listed) }])
      expect((await ask(gateway.url, { ...operation, variables })).data).toEqual({ orders: [{ id: '0' }] })
    expect((await ask(gateway.url, mutation)).data).toEqual({ buy: { id: '1' } })
  })

  test.each([
    ['another operation', { query: '{ whoAmI }' }],
    ['the same with a blank more', { query: `${listed} ` }],
    ['introspection', { query: '{ __schema { types { name } } }' }],
    ['a hash that is not registered', byHash('{ whoAmI }')],
    ['a registered hash of another text', { query: '{ whoAmI }', ...byHash(listed) }],
    ['what is no GraphQL at all', { query: '{{{{' }],
    ['nothing', {}],
  ])('A gateway with a safelist refuses %s', async (_what, operation) => {
    const before = shop.orders.calls.length
    expect(verdict(await ask(gateway.url, operation))).toBe('403 OPERATION_NOT_ALLOWED')
    expect(shop.orders.calls.length).toBe(before)
  })

  test('Sending a text with its hash does not register it', async () => {
    const operation = { query: '{ whoAmI }', ...byHash('{ whoAmI }') }
    expect(verdict(await ask(gateway.url, operation))).toBe('403 OPERATION_NOT_ALLOWED')
    expect(verdict(await ask(gateway.url, byHash('{ whoAmI }')))).toBe('403 OPERATION_NOT_ALLOWED')
  })

  test('The safelist applies to WebSockets too', async () => {
    const url = `${gateway.url.replace('http', 'ws')}/graphql`
    const client = createSocketClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 })
    const refused = client.iterate({ query: 'subscription { anything }' }).next()
    await expect(refused).rejects.toMatchObject([{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }])
    await client.dispose()
  })

  test('A folder of files is a safelist too', async () => {
    const other = await start(folder)
    expect((await ask(other.url, byHash(listed))).data.orders).toHaveLength(3)
    expect(verdict(await ask(other.url, mutation))).toBe('403 OPERATION_NOT_ALLOWED')
    await other.stop()
  })

  test('The gateway does not start on an unusable list', async () => {
    const empty = await newFolder()
    await writeFile(join(folder, 'wrong.json'), '{"operations":[]}')
    for (const [path, fault] of [
      [join(folder, 'nowhere'), 'cannot be read (ENOENT)'],
      [join(folder, 'wrong.json'), 'is not a manifest of persisted operations'],
      [empty, 'names no operation'],
    ] as const)
      await expect(start(path)).rejects.toMatchObject({ faults: [`SAFELIST: ${path} ${fault}`] })
  })
})
