/** Access rules of events, and of a supergraph that is replaced at run time. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Answer } from '../../support/answer.ts'
import { ask, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { itemsSdl, type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

type Result = Pick<Answer, 'data' | 'errors'>

let shop: Shop
let journal: Journal
let gateway: TestGateway
let allowed: readonly string[]

beforeAll(async () => {
  shop = await startShop()
  journal = await startJournal()
  const own = '"@key", "@policy"]'
  const journalGuarded = journalSdl
    .replace('"@key"]', own)
    .replace('written(after: String): Entry!', '$& @policy(policies: [["follow"]])')
  const itemsGuarded = itemsSdl.replace('"@key"]', own).replace('name: String!', '$& @policy(policies: [["names"]])')
  gateway = await startTestGateway({
    services: [
      { name: 'journal', sdl: journalGuarded, url: journal.url },
      { name: 'items', sdl: itemsGuarded, url: shop.items.url },
    ],
    env: { STATELESS: 'items' },
    config: {
      authorization: {
        onForbidden: 'null',
        policies: { follow: () => allowed.includes('follow'), names: () => allowed.includes('names') },
        timeout: 1_000,
      },
    },
  })
})
beforeEach(() => {
  shop.items.calls.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await journal.close()
  await shop.close()
})

const query = 'subscription { written { text about { name stock } } }'

/** The first result, or what refused the subscription. */
const ways = {
  async SSE(): Promise<unknown> {
    const client = createSseClient({ url: `${gateway.url}/graphql`, retryAttempts: 0 })
    try {
      for await (const result of client.iterate({ query })) return result
      return undefined
    } catch (error) {
      return error
    } finally {
      client.dispose()
    }
  },
  async WebSocket(): Promise<unknown> {
    const url = `${gateway.url.replace('http', 'ws')}/graphql`
    const client = createSocketClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 })
    try {
      for await (const result of client.iterate({ query })) return result
      return undefined
    } catch (error) {
      return error
    } finally {
      await client.dispose()
    }
  },
}

describe.each(['SSE', 'WebSocket'] as const)('a subscription by %s', (way) => {
  const firstEvent = async (): Promise<Result> => {
    const { length } = journal.authorizations
    const first = ways[way]()
    await until(() => journal.authorizations.length > length)
    journal.write(1)
    return (await first) as Result
  }

  test('A subscription whose root field is denied does not reach the service', async () => {
    allowed = ['names']
    const { length } = journal.authorizations
    expect(JSON.stringify(await ways[way]())).toContain('FORBIDDEN')
    expect(journal.authorizations).toHaveLength(length)
  })

  test('A denied field of an event is null, and is not requested from a service', async () => {
    allowed = ['follow']
    const { data, errors } = await firstEvent()
    expect(data.written.text).toMatch(/^entry/)
    expect(data.written.about).toBeNull()
    expect(errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
      [['written', 'about', 'name'], 'FORBIDDEN'],
    ])
    expect(shop.items.calls.map(({ body }) => body.query).join()).not.toContain('name')
  })

  test('All of an event is there where nothing is denied', async () => {
    allowed = ['follow', 'names']
    const { data, errors } = await firstEvent()
    expect(errors).toBeUndefined()
    expect(data.written.about.name).toMatch(/^item/)
  })
})

test('A new supergraph with a policy that has no function is refused, and the old one stays in service', async () => {
  allowed = ['names']
  const usual = await readFile(gateway.supergraphFile, 'utf8')
  const offer = async (policy: string): Promise<readonly [number, string]> => {
    const body = usual.replaceAll('"names"', `"${policy}"`)
    const response = await fetch(`${gateway.adminUrl}/supergraph`, { method: 'POST', body })
    return [response.status, await response.text()]
  }
  const [status, reason] = await offer('unknown')
  expect(status).toBe(422)
  expect(reason).toContain('policies that the configuration does not have: unknown')
  expect((await ask(gateway.url, '{ item(id: "1") { name } }')).data).toEqual({ item: { name: 'item 1' } })
  allowed = []
  expect((await ask(gateway.url, '{ item(id: "1") { name } }')).data).toEqual({ item: null })
  expect((await offer('follow'))[0]).toBe(200)
  allowed = ['names']
  expect((await ask(gateway.url, '{ item(id: "1") { name } }')).data).toEqual({ item: null })
  allowed = ['follow']
  expect((await ask(gateway.url, '{ item(id: "1") { name } }')).data).toEqual({ item: { name: 'item 1' } })
})
