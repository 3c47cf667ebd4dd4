import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { ServiceStatus } from '../../../gateway/traffic/traffic.ts'
import { type Answer, readAnswer } from '../../support/answer.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { itemsSdl, type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

let shop: Shop
let journal: Journal
let gateway: TestGateway
const env = { STATELESS: 'items' }
const services = () => [
  { name: 'journal', sdl: journalSdl, url: journal.url },
  { name: 'items', sdl: itemsSdl, url: shop.items.url },
]
beforeAll(async () => {
  shop = await startShop()
  journal = await startJournal()
  gateway = await startTestGateway({ services: services(), env })
})
afterAll(async () => {
  await gateway.stop()
  await journal.close()
  await shop.close()
})

const query = 'subscription ($after: String) { written(after: $after) { cursor text about { name } } }'

interface Written {
  readonly cursor: string
  readonly text: string
  readonly about: { readonly name: string } | null
}
type Result = Pick<Answer, 'data' | 'errors'>

/**
 * Subscribes over SSE from a cursor, and resumes after each break behind the last event, as a
 * client does.
 */
async function* followBySse(
  url: () => string,
  after?: string,
  headers: Record<string, string> = {},
): AsyncGenerator<Written> {
  let cursor = after
  for (;;) {
    const client = createSseClient({ url: `${url()}/graphql`, retryAttempts: 0, headers })
    try {
      for await (const result of client.iterate({ query, variables: { after: cursor } }) as AsyncIterable<Result>) {
        if (result.errors) break
        cursor = result.data.written.cursor
        yield result.data.written
      }
    } catch {
      // The gateway is down for the moment.
    } finally {
      client.dispose()
    }
  }
}

const socketClient = (url: string, connectionParams: Record<string, string> = {}) =>
  createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  })

async function take(events: AsyncGenerator<Written>, count: number): Promise<Written[]> {
  const taken: Written[] = []
  while (taken.length < count) taken.push((await events.next()).value as Written)
  await events.return(undefined)
  return taken
}

const expected = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => ({
    cursor: String(from + n),
    text: `entry ${from + n}`,
    about: { name: `item i${(from + n) % 10}` },
  }))

describe('subscription', () => {
  test('A subscription by SSE joins each event with other services, in order', async () => {
    const before = journal.length
    journal.write(5)
    const events = take(
      followBySse(() => gateway.url, String(before)),
      8,
    )
    await until(() => journal.open === 1)
    journal.write(3)
    expect(await events).toEqual(expected(before + 1, 8))
    await until(() => journal.open === 0)
  })

  test('A subscription by WebSocket joins each event with other services, in order', async () => {
    const before = journal.length
    journal.write(5)
    const client = socketClient(gateway.url)
    const seen: Written[] = []
    for await (const { data } of client.iterate({ query, variables: { after: String(before) } })) {
      seen.push((data as { written: Written }).written)
      if (seen.length === 5) break
    }
    expect(seen).toEqual(expected(before + 1, 5))
    await client.dispose()
    await until(() => journal.open === 0)
  })

  const post = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify(body),
    })

  test('The policies for all requests refuse a subscription, inside its event stream', async () => {
    const refusal = async (body: object, headers?: Record<string, string>) => {
      const response = await post(body, headers)
      const [, data, rest] = /event: next\ndata: ([^\n]*)\n\n(.*)$/s.exec(await response.text()) ?? []
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
      expect(rest).toBe('event: complete\ndata:\n\n')
      return (JSON.parse(data ?? '') as Answer).errors?.[0]?.extensions['code']
    }
    expect(await refusal({ query: 'subscription { nothing }' })).toBe('GRAPHQL_VALIDATION_FAILED')
    const conditional = 'subscription ($a: Boolean!) { written @include(if: $a) { text } }'
    expect(await refusal({ query: conditional, variables: { a: false } })).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(await refusal({ query: 'subscription {' })).toBe('GRAPHQL_PARSE_FAILED')
    expect(await refusal({ query, variables: { after: 7 } })).toBe('BAD_USER_INPUT')
    expect(await refusal({})).toBe('BAD_USER_INPUT')
    const either = { accept: 'application/json, text/event-stream' }
    expect(await refusal({ query: 'subscription { nothing }' }, either)).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(verdict(await readAnswer(await post({ query: '{ nothing }' }, either)))).toBe(
      '200 GRAPHQL_VALIDATION_FAILED',
    )
    expect(verdict(await ask(gateway.url, query))).toBe('400 BAD_USER_INPUT')
    const client = socketClient(gateway.url)
    for (const query of ['subscription { nothing }', 'subscription { written @skip(if: true) { text } }'])
      await expect(client.iterate({ query }).next()).rejects.toMatchObject([
        { extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: expect.any(String) } },
      ])
    await client.dispose()
  })

  test('A refused subscription ends at once for the standard client, which reconnects on any other status', async () => {
    const client = createSseClient({ url: `${gateway.url}/graphql` })
    const results: unknown[] = []
    for await (const result of client.iterate({ query: 'subscription { nothing }' })) results.push(result)
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }])
    client.dispose()
  })

  test('Each event has an id, and a reconnecting client resumes after the one it names', async () => {
    const before = journal.length
    journal.write(3)
    const ids = async (
      count: number,
      lastEventId: string,
      body: object = { query, variables: { after: String(before) } },
    ) => {
      const response = await post(body, { 'last-event-id': lastEventId })
      let text = ''
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece).toString()
        if (text.split('event: next').length > count && text.endsWith('\n\n')) break
      }
      return [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => Number(id) - before)
    }
    expect(await ids(3, '')).toEqual([1, 2, 3])
    expect(await ids(2, String(before + 1))).toEqual([2, 3])
    for (const inFragments of [
      'subscription ($after: String) { ... { written(after: $after) { ... on Entry { text at: cursor } } } }',
      'subscription ($after: String) { ...S } fragment S on Subscription { written(after: $after) { ...E } } fragment E on Entry { text ...C ...C } fragment C on Entry { cursor }',
    ])
      expect(await ids(2, String(before + 1), { query: inFragments })).toEqual([2, 3])
    for (const malformed of ['\u00e9', 'x'.repeat(5_000)]) {
      const response = await post({ query }, { 'last-event-id': malformed })
      expect(await response.text()).toContain('"BAD_USER_INPUT"')
    }
    // Without a cursor there is nothing to resume from, and events have no ids.
    const plain = ids(1, 'whatever', { query: 'subscription { written { text } }' })
    await until(() => journal.open === 1)
    journal.write(1)
    expect(await plain).toEqual([])
    await until(() => journal.open === 0)
  })

  test('A query is answered once to a client that accepts only events', async () => {
    const client = createSseClient({ url: `${gateway.url}/graphql` })
    const results: unknown[] = []
    for await (const result of client.iterate({ query: '{ items(first: 1) { id } }' })) results.push(result)
    expect(results).toEqual([{ data: { items: [{ id: 'i0' }] } }])
    client.dispose()
  })
})

describe('interrupted subscription', () => {
  /** How often the journal's connections broke, by the metrics. */
  const broken = async (): Promise<number> => {
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    const [, count = 0] = /_service_failures_total\{service="journal",kind="connection"\} (\d+)/.exec(metrics) ?? []
    return Number(count)
  }

  test('A subscription resumes by itself when its service is back, without missing an event', async () => {
    const before = journal.length
    const client = createSseClient({ url: `${gateway.url}/graphql`, retryAttempts: 0 })
    const seen: Written[] = []
    const followed = (async () => {
      const events = client.iterate({ query, variables: { after: String(before) } }) as AsyncIterable<Result>
      for await (const { data } of events) if (seen.push(data.written) === 30) break
    })()
    // The last round is not interrupted: the client leaves once it has all events.
    for (let round = 0; round < 2; round += 1) {
      journal.write(10)
      await until(() => journal.open === 1)
      await journal.kill()
      await journal.start()
    }
    journal.write(10)
    await followed
    expect(seen).toEqual(expected(before + 1, 30))
  })

  test('A subscription resumes elsewhere when the gateway stops: 1,000 events, both killed, none missed', async () => {
    let current = gateway
    const before = journal.length
    const events = take(
      followBySse(() => current.url, String(before)),
      1_000,
    )
    for (let round = 0; round < 10; round += 1) {
      journal.write(100)
      if (round % 3 === 1) {
        await journal.kill()
        await journal.start()
      }
      if (round % 4 === 2) {
        const next = await startTestGateway({ services: services(), env })
        const old = current
        current = next
        await old.stop()
      }
    }
    expect(await events).toEqual(expected(before + 1, 1_000))
    gateway = current
  })

  test('A subscription that cannot resume without a gap ends with an error, which counts as a failure', async () => {
    const before = await broken()
    const client = createSseClient({ url: `${gateway.url}/graphql`, retryAttempts: 0 })
    const results: Result[] = []
    const ended = (async () => {
      const events = client.iterate({ query: 'subscription { written { text } }' }) as AsyncIterable<Result>
      for await (const result of events) results.push(result)
    })()
    await until(() => journal.open === 1)
    await journal.kill()
    await ended
    await journal.start()
    expect(results.at(-1)?.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', service: 'journal' })
    expect(await broken()).toBe(before + 1)
  })

  test('A subscription waiting for its first event does not probe a lost service or keep others from it', async () => {
    const isAnswered = async () => (await ask(gateway.url, '{ length }')).errors === undefined
    const health = async () => {
      const services = (await (await fetch(`${gateway.adminUrl}/services`)).json()) as ServiceStatus[]
      return services.find(({ name }) => name === 'journal')?.instances[0]?.health
    }
    await journal.kill()
    await until(async () => !(await isAnswered()) && (await health()) === 'unhealthy')
    await journal.start()
    const leaving = new AbortController()
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables: { after: String(journal.length) } }),
      signal: leaving.signal,
    })
    await until(() => journal.open === 1)
    await until(isAnswered)
    leaving.abort()
    await until(() => journal.open === 0)
  })

  test('A stopping gateway ends a WebSocket subscription with an error', async () => {
    const client = socketClient(gateway.url)
    const other = await startTestGateway({ services: services(), env })
    const otherClient = socketClient(other.url)
    const closed = new Promise<unknown>((resolve) => otherClient.on('closed', resolve))
    const ended = otherClient
      .iterate({ query })
      .next()
      .catch(() => 'closed')
    await until(() => journal.open === 1)
    await other.stop()
    await ended
    expect(await closed).toMatchObject({ code: 1012 })
    await client.dispose()
  })

  test('A subscription ends at its service when the client leaves, even before the first event', async () => {
    const leaving = new AbortController()
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
    await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
      signal: leaving.signal,
    })
    await until(() => journal.open === 1)
    leaving.abort()
    await until(() => journal.open === 0)
  })
})

describe('token of a subscription', () => {
  let provider: IdentityProvider
  let guarded: TestGateway
  beforeAll(async () => {
    provider = await startIdentityProvider()
    guarded = await startTestGateway({ services: services(), env: { ...env, ...provider.env } })
  })
  afterAll(async () => {
    await guarded.stop()
    await provider.close()
  })

  test('A subscription ends with a code when its token expires, and the service sees the token unchanged', async () => {
    const results: Result[] = []
    // On a slow machine a token may expire before the request reaches the service.
    let authorization = ''
    for (let seconds = 2; authorization !== journal.authorizations.at(-1); seconds *= 2) {
      authorization = `Bearer ${await provider.token({ exp: Math.floor(Date.now() / 1000) + seconds })}`
      const client = createSseClient({ url: `${guarded.url}/graphql`, headers: { authorization }, retryAttempts: 0 })
      try {
        for await (const result of client.iterate({ query }) as AsyncIterable<Result>) results.push(result)
      } catch (refusal) {
        if (authorization === journal.authorizations.at(-1)) throw refusal
      }
    }
    expect(results.at(-1)?.errors?.[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } })
    await until(() => journal.open === 0)
  })

  test("A WebSocket's token comes with connection_init, and an invalid one is refused", async () => {
    const token = await provider.token()
    const before = journal.length
    journal.write(1)
    const good = socketClient(guarded.url, { authorization: `Bearer ${token}` })
    expect((await good.iterate({ query, variables: { after: String(before) } }).next()).value).toMatchObject({
      data: { written: { cursor: String(before + 1) } },
    })
    expect(journal.authorizations.at(-1)).toBe(`Bearer ${token}`)
    await good.dispose()
    const bad = socketClient(guarded.url, { authorization: 'Bearer nonsense' })
    await expect(bad.iterate({ query }).next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    await bad.dispose()
  })
})
