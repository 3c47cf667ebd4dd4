/** Hooks of the configuration at every point of a request, and the effect of failing ones. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Config } from '../../../gateway/config/config.ts'
import { readConfig } from '../../../gateway/config/load.ts'
import type {
  HookAnswer,
  HookError,
  HookOperation,
  HookRequest,
  HookSettings,
} from '../../../gateway/config/sections/hooks.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { makeDataFolder, type TestFolder } from '../../support/data-folder.ts'
import { exampleOf } from '../../support/example.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type Journal, journalSdl, startJournal } from '../../support/journal.ts'
import { type Shop, startShop } from '../../support/shop.ts'
import { until } from '../../support/until.ts'

let shop: Shop
let journal: Journal
beforeAll(async () => {
  ;[shop, journal] = await Promise.all([startShop(), startJournal()])
})
afterAll(() => Promise.all([shop.close(), journal.close()]))

type Given = Partial<HookSettings>

async function withHooks<Result>(
  hooks: Given,
  use: (gateway: TestGateway) => Promise<Result>,
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const gateway = await startTestGateway({
    services: [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }],
    env: { STATELESS: 'items', ...env },
    config: { hooks: { timeout: 1_000, ...hooks } },
  })
  try {
    return await use(gateway)
  } finally {
    await gateway.stop()
  }
}

/** A successor of the gateway's configuration. */
async function configFor({ supergraphFile }: TestGateway, more: Partial<Config>): Promise<Config> {
  const config = await readConfig({ SUPERGRAPH: supergraphFile, STATELESS: 'items', LOG_LEVEL: 'silent' })
  return { ...config, draining: { ...config.draining, quiet: 0 }, ...more }
}

const WHO = '{ whoAmI }'

describe('order and contents', () => {
  test('Hooks run once at each point of a request, in order, and share a context', async () => {
    const seen: string[] = []
    const note = ({ context }: HookRequest, point: string): void => {
      seen.push(`${point} ${context.get('steps') ?? 0}`)
      context.set('steps', Number(context.get('steps') ?? 0) + 1)
    }
    await withHooks(
      {
        onRequest: (request) => note(request, `request ${request.method} ${request.headers['x-own']}`),
        onOperation: (operation) => note(operation, `${operation.type} ${operation.operationName} ${operation.query}`),
        onServiceRequest({ service, kind, attempt, request, body }) {
          const { query } = body() as { query: string }
          if (request) note(request, `to ${service} ${kind} ${attempt} ${query}`)
        },
        onServiceResponse({ service, request, failed, body }) {
          const { data } = body() as { data: unknown }
          if (request) note(request, `from ${service} ${failed} ${JSON.stringify(data)}`)
        },
        onAnswer: (answer) => note(answer, `answer ${JSON.stringify(answer.body())}`),
      },
      ({ url }) => ask(url, { query: 'query Who { whoAmI }', operationName: 'Who' }, { 'x-own': 'yes' }),
    )
    expect(seen).toEqual([
      'request POST yes 0',
      'query Who query Who { whoAmI } 1',
      'to orders stateful 1 query Who__orders__0{whoAmI} 2',
      'from orders undefined {"whoAmI":"somebody"} 3',
      'answer {"data":{"whoAmI":"somebody"}} 4',
    ])
  })

  test("A hook reads a service's answer that begins with a byte order mark", async () => {
    const seen: unknown[] = []
    shop.orders.misbehave((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end('\ufeff{"data":{"whoAmI":"marked"}}')
      return true
    })
    try {
      const answer = await withHooks({ onServiceResponse: ({ body }) => void seen.push(body()) }, ({ url }) =>
        ask(url, WHO),
      )
      expect([answer.data, seen]).toEqual([{ whoAmI: 'marked' }, [{ data: { whoAmI: 'marked' } }]])
    } finally {
      shop.orders.misbehave(undefined)
    }
  })

  test('What a hook reads when the request is over is of that request, and not of a later one', async () => {
    const late: (() => unknown)[] = []
    const keep = ({ body }: { readonly body: () => unknown }): void => void late.push(body)
    const ids = ['a', 'b'].map((letter) => letter.repeat(400))
    await withHooks(
      { onServiceRequest: keep, onServiceResponse: keep, onAnswer: keep },
      async ({ url }) => {
        const query = 'query ($id: ID!) { order(id: $id) { note item { name } } }'
        for (const id of ids) expect((await ask(url, { query, variables: { id } })).data.order.note).toBe(`note ${id}`)
      },
      { STATELESS: '' },
    )
    expect(late).toHaveLength(10)
    for (const [at, body] of late.entries()) expect(JSON.stringify(body())).toContain(ids[at < 5 ? 0 : 1])
  })

  test('A request that began before a new configuration is one request for the hooks of both', async () => {
    const arrived = Promise.withResolvers<void>()
    const reloaded = Promise.withResolvers<void>()
    const told: unknown[] = []
    const hooks: Given = {
      timeout: 60_000,
      async onRequest({ context }) {
        context.set('since', 'arrival')
        arrived.resolve()
        await reloaded.promise
      },
      onServiceRequest: ({ request }) => void told.push(request?.context.get('since')),
    }
    await withHooks(hooks, async (gateway) => {
      const asked = ask(gateway.url, WHO)
      await arrived.promise
      await gateway.reconfigure(await configFor(gateway, { hooks: { timeout: 60_000, ...hooks } }))
      reloaded.resolve()
      expect((await asked).data).toEqual({ whoAmI: 'somebody' })
    })
    expect(told).toEqual(['arrival'])
  })

  test('Hooks may wait', async () => {
    const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
    const all = {
      onRequest: later,
      onOperation: later,
      onServiceRequest: later,
      onServiceResponse: later,
      onAnswer: later,
    }
    expect((await withHooks(all, ({ url }) => ask(url, WHO))).data).toEqual({ whoAmI: 'somebody' })
  })
})

describe('what hooks change', () => {
  test('A header of a hook reaches the service; a stateless service learns nothing of the client', async () => {
    const told: unknown[] = []
    const onServiceRequest: HookSettings['onServiceRequest'] = ({ service, request, setHeader }) => {
      told.push([service, request?.headers['x-own']])
      setHeader('X-Secret', `for ${service}`)
    }
    shop.orders.calls.length = shop.items.calls.length = 0
    await withHooks({ onServiceRequest }, ({ url }) =>
      ask(url, '{ orders(first: 1) { item { name } } }', { 'x-own': 'mine' }),
    )
    expect(told).toEqual([
      ['orders', 'mine'],
      ['items', undefined],
    ])
    expect(shop.orders.calls[0]?.headers['x-secret']).toBe('for orders')
    expect(shop.items.calls[0]?.headers['x-secret']).toBe('for items')
  })

  test('A hook cannot set an invalid header or one of the gateway: the call fails without details', async () => {
    let [name, value]: [string, unknown] = ['', 'x']
    await withHooks({ onServiceRequest: ({ setHeader }) => setHeader(name, value as string) }, async ({ url }) => {
      for (name of ['authorization', 'content-length', 'host', 'tributary-signature', 'x-bad\r\n', '', 'x-no-text']) {
        value = name === 'x-no-text' ? undefined : 'x'
        const calls = shop.orders.calls.length
        const answer = await ask(url, WHO)
        const code = answer.errors?.[0]?.extensions['code']
        expect([name, answer.data, code]).toEqual([name, { whoAmI: null }, 'INTERNAL'])
        expect(shop.orders.calls.length).toBe(calls)
      }
    })
  })

  test('The last value of a header wins, also over a rule, and a hook sets no claim header', async () => {
    let name = 'x-own'
    const gateway = await startTestGateway({
      services: [...shop.services, { name: 'journal', sdl: journalSdl, url: journal.url }],
      env: {
        HEADERS_SERVICES: '[{"insert":"x-own","value":"of a rule"},{"insert":"x-rule","value":"of a rule"}]',
        JWKS_URL: 'http://127.0.0.1:1',
        JWT_ISSUER: 'https://id.example/',
        JWT_AUDIENCE: 'shop',
        SERVICES_ORDERS_CLAIMS: '{"x-user":"sub"}',
      },
      config: {
        hooks: {
          timeout: 1_000,
          onServiceRequest({ setHeader }) {
            setHeader(name, 'first')
            setHeader(name.toUpperCase(), 'last')
          },
        },
      },
    })
    try {
      await ask(gateway.url, WHO)
      const { headers } = shop.orders.calls.at(-1) ?? {}
      expect([headers?.['x-own'], headers?.['x-rule']]).toEqual(['last', 'of a rule'])
      name = 'x-user'
      expect((await ask(gateway.url, WHO)).errors?.[0]?.extensions['code']).toBe('INTERNAL')
    } finally {
      await gateway.stop()
    }
  })

  test('A hook rewrites answers over HTTP and WebSocket, and their headers', async () => {
    const onAnswer = ({ body, replace, setHeader }: HookAnswer): void => {
      const { data } = body()
      replace({ data: { ...(data as object), whoAmI: 'rewritten' } })
      setHeader('x-rewritten', 'yes')
    }
    await withHooks({ onAnswer }, async ({ url }) => {
      const answer = await ask(url, WHO)
      expect([answer.data, answer.headers.get('x-rewritten')]).toEqual([{ whoAmI: 'rewritten' }, 'yes'])
      const client = createSocketClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
      const { value } = await client.iterate({ query: WHO }).next()
      expect(value).toEqual({ data: { whoAmI: 'rewritten' } })
      await client.dispose()
    })
  })

  test('Each cookie of a hook is a header of its own, and keeps the answer from shared caches, as a cache header does', async () => {
    let set: readonly (readonly [string, string])[] = []
    const onAnswer = ({ setHeader }: HookAnswer): void => {
      for (const [name, value] of set) setHeader(name, value)
    }
    await withHooks({ onAnswer }, async ({ url }) => {
      const item = () => ask(url, '{ item(id: "1") { name } }')
      expect((await item()).headers.get('cache-control')).toMatch(/^public/)
      set = [
        ['Set-Cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ]
      const { headers } = await item()
      expect([headers.getSetCookie(), headers.get('cache-control'), headers.get('age')]).toEqual([
        ['a=1', 'b=2'],
        'no-store',
        null,
      ])
      set = [['cache-control', 'private, max-age=5']]
      expect((await item()).headers.get('cache-control')).toBe('private, max-age=5')
      set = []
      expect((await item()).headers.get('cache-control')).toMatch(/^public/)
    })
  })

  test('What an answer varies by for a hook is added to what it varies by for the gateway', async () => {
    const onAnswer = ({ setHeader }: HookAnswer): void => setHeader('Vary', 'x-experiment')
    const use = async ({ url }: TestGateway): Promise<void> => {
      const { headers } = await ask(url, '{ item(id: "1") { name } }')
      expect(headers.get('cache-control')).toMatch(/^public/)
      expect(headers.get('vary')?.split(', ')).toEqual(expect.arrayContaining(['accept', 'origin', 'x-experiment']))
    }
    await withHooks({ onAnswer }, use, { CORS_ORIGINS: 'https://app.example' })
  })

  test('A hook changes the errors that clients see, of fields and of refused requests', async () => {
    const onError = ({ shown }: HookError) => ({ ...shown, extensions: { ...shown.extensions, help: 'call us' } })
    await withHooks({ onError }, async ({ url }) => {
      const [field, refused] = [await ask(url, '{ secretFault }'), await ask(url, '{ nothing }')]
      expect(field.errors?.[0]).toMatchObject({
        message: 'Internal error.',
        extensions: { code: 'INTERNAL', help: 'call us' },
      })
      expect(verdict(refused)).toBe('400 GRAPHQL_VALIDATION_FAILED')
      expect(refused.errors?.[0]?.extensions['help']).toBe('call us')
    })
  })

  test('What a hook is told is a copy: changing it changes neither what runs nor what others are told', async () => {
    const onOperation = ({ variables, headers }: HookOperation): void => {
      Object.assign(variables, { first: 3 })
      Object.assign(headers, { 'x-own': 'changed' })
    }
    await withHooks(
      { onOperation },
      async ({ url }) => {
        const query = 'query ($first: Int) { orders(first: $first) { id } }'
        for (const _ of 'ab') {
          const { data } = await ask(url, { query, variables: { first: 1 } }, { 'x-own': 'mine' })
          expect([data.orders.length, shop.orders.calls.at(-1)?.headers['x-own']]).toEqual([1, 'mine'])
        }
      },
      { HEADERS_SERVICES: '[{"forward":"x-own"}]' },
    )
  })

  test('An error that a hook changed before it failed is shown as without the hook', async () => {
    const onError = ({ shown }: HookError): undefined => {
      Object.assign(shown, { message: undefined })
      Object.assign(shown.extensions ?? {}, { code: 'CHANGED' })
      throw new Error('broken')
    }
    await withHooks({ onError }, async ({ url }) => {
      const { errors = [] } = await ask(url, '{ secretFault }')
      expect(errors).toMatchObject([
        { message: 'Internal error.', path: ['secretFault'], extensions: { code: 'INTERNAL' } },
      ])
    })
  })

  test.each(['date', 'X-Content-Type-Options'])('A hook cannot set %s, which every answer has once', async (name) => {
    await withHooks({ onAnswer: ({ setHeader }) => setHeader(name, 'mine') }, async ({ url }) => {
      expect(verdict(await ask(url, WHO))).toBe('500 INTERNAL')
    })
  })

  test('A hook rewrites an event or leaves it out', async () => {
    const onSubscriptionEvent: HookSettings['onSubscriptionEvent'] = async ({ body, replace }) => {
      const { written } = body().data as { written: { text: string } }
      if (written.text.endsWith('2')) return false
      replace({ data: { written: { text: `${written.text}!` } } })
      return true
    }
    await withHooks({ onSubscriptionEvent }, async ({ url }) => {
      const client = createSseClient({ url: `${url}/graphql` })
      const events = client.iterate({ query: 'subscription { written(after: "0") { text } }' })
      const first = events.next()
      await until(() => journal.open === 1)
      journal.write(3)
      expect((await first).value).toEqual({ data: { written: { text: 'entry 1!' } } })
      expect((await events.next()).value).toEqual({ data: { written: { text: 'entry 3!' } } })
      await events.return?.()
      client.dispose()
      await until(() => journal.open === 0)
    })
  })

  test('An event of which a hook leaves only errors is still an event, and its stream goes on', async () => {
    const before = journal.length
    const onSubscriptionEvent: HookSettings['onSubscriptionEvent'] = ({ body, replace }) => {
      const { written } = body().data as { written: { text: string } }
      if (written.text === `entry ${before + 1}`) replace({ errors: [{ message: 'not this one' }] })
    }
    await withHooks({ onSubscriptionEvent }, async ({ url }) => {
      const leaving = new AbortController()
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'multipart/mixed;subscriptionSpec=1.0' },
        body: JSON.stringify({ query: `subscription { written(after: "${before}") { text } }` }),
        signal: leaving.signal,
      })
      await until(() => journal.open === 1)
      journal.write(2)
      let text = ''
      for await (const piece of response.body ?? []) {
        text += Buffer.from(piece).toString()
        if (text.includes(`entry ${before + 2}`)) break
      }
      expect(text).toContain('{"payload":{"errors":[{"message":"not this one"}],"data":null}}')
      leaving.abort()
      await until(() => journal.open === 0)
    })
  })

  test('The failure that ends a stream is told to its client, and to no hook of events', async () => {
    const seen: unknown[] = []
    const onSubscriptionEvent: HookSettings['onSubscriptionEvent'] = ({ body }) => {
      const { written } = body().data as { written: { text: string } }
      seen.push(written.text)
    }
    await withHooks({ onSubscriptionEvent }, async ({ url }) => {
      const client = createSseClient({ url: `${url}/graphql`, retryAttempts: 0 })
      const events = client.iterate({ query: 'subscription { written { text } }' })
      const first = events.next()
      await until(() => journal.open === 1)
      journal.write(1)
      expect((await first).value).toEqual({ data: { written: { text: `entry ${journal.length}` } } })
      await journal.kill()
      expect((await events.next()).value).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] })
      expect(seen).toEqual([`entry ${journal.length}`])
      client.dispose()
      await journal.start()
    })
  })

  test('A hook that fails for an event ends that stream alone, and its last answer says so', async () => {
    const before = journal.length
    const onSubscriptionEvent: HookSettings['onSubscriptionEvent'] = ({ body }) => {
      const { written } = body().data as { written: { text: string } }
      if (written.text === `entry ${before + 2}`) throw codedError('FORBIDDEN', 'Not this one.')
      if (written.text === `entry ${before + 3}`) throw new TypeError('a secret')
      return undefined
    }
    await withHooks({ onSubscriptionEvent }, async ({ url }) => {
      const query = 'subscription ($after: String) { written(after: $after) { text } }'
      const behind = (count: number) => ({ query, variables: { after: `${before + count}` } })
      const sse = createSseClient({ url: `${url}/graphql` })
      const socket = createSocketClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket })
      const whole = socket.iterate(behind(3))
      const first = whole.next()
      const cut = [sse, socket].map((client) => client.iterate(behind(0)))
      const firsts = cut.map((events) => events.next())
      await until(() => journal.open === 3)
      journal.write(2)
      for (const { value } of await Promise.all(firsts))
        expect(value).toEqual({ data: { written: { text: `entry ${before + 1}` } } })
      for (const events of cut) {
        const { value } = await events.next()
        expect(value).toMatchObject({ errors: [{ message: 'Not this one.', extensions: { code: 'FORBIDDEN' } }] })
        expect((await events.next()).done).toBe(true)
      }
      await until(() => journal.open === 1)
      journal.write(2)
      expect((await first).value).toEqual({ data: { written: { text: `entry ${before + 4}` } } })
      const unforeseen = sse.iterate(behind(2))
      expect((await unforeseen.next()).value).toMatchObject({
        errors: [{ message: 'Internal error.', extensions: { code: 'INTERNAL' } }],
      })
      sse.dispose()
      await socket.dispose()
      await until(() => journal.open === 0)
    })
  })
})

describe('the examples of docs/configuration/hooks.md', () => {
  let folder: TestFolder
  beforeAll(async () => {
    folder = await makeDataFolder()
  })
  afterAll(() => folder.remove())
  const withExample = async <Result>(
    index: number,
    use: (gateway: TestGateway) => Promise<Result>,
  ): Promise<Result> => {
    const gateway = await startTestGateway({
      services: shop.services,
      file: await exampleOf('docs/configuration/hooks.md', index),
    })
    try {
      return await use(gateway)
    } finally {
      await gateway.stop()
    }
  }

  test('An audit log has each mutation and nothing else', async () => {
    const file = join(folder.path, 'audit.log')
    process.env['AUDIT_LOG'] = file
    await withExample(0, async ({ url }) => {
      await ask(url, WHO)
      await ask(url, 'mutation Touch { touch }')
    })
    const [line, ...others] = (await readFile(file, 'utf8')).trim().split('\n')
    expect(JSON.parse(line ?? '')).toMatchObject({ operationName: 'Touch', requestId: expect.any(String) })
    expect(others).toEqual([])
  })

  test('A header from a secret store has the newest value', async () => {
    const file = join(folder.path, 'key')
    process.env['API_KEY_FILE'] = file
    await writeFile(file, 'first\n')
    shop.orders.calls.length = 0
    await withExample(1, async ({ url }) => {
      expect(verdict(await ask(url, WHO, { 'x-blocked': 'yes' }))).toBe('403 FORBIDDEN')
      await ask(url, WHO)
      await writeFile(file, 'second\n')
      await until(async () => {
        await ask(url, WHO)
        return shop.orders.calls.at(-1)?.headers['x-api-key'] === 'second'
      })
    })
    expect(shop.orders.calls[0]?.headers['x-api-key']).toBe('first')
  })

  test('The example of a hook rewrites a field', async () => {
    const answer = await withExample(2, ({ url }) => ask(url, 'query Who { whoAmI }'))
    expect(answer.data).toEqual({ whoAmI: 'SOMEBODY' })
  })
})

describe('hooks that refuse, fail or are slow', () => {
  const points = ['onRequest', 'onOperation', 'onAnswer'] as const
  const thenable = (then: (done: () => void, failed: (reason: Error) => void) => unknown) => ({ then }) as Promise<void>
  const refuse = (): never => {
    throw codedError('FORBIDDEN', 'Not from here.')
  }
  const ways: readonly (readonly [what: string, broken: () => Promise<void>])[] = [
    ['throws', () => Promise.reject(new Error('a secret'))],
    [
      'throws at once',
      () => {
        throw new Error('a secret')
      },
    ],
    ['never ends', () => new Promise<void>(() => {})],
    ['never ends, in a promise of a library', () => thenable(() => undefined)],
    ['throws, in a promise of a library', () => thenable((_, reject) => reject(new Error('a secret')))],
  ]

  test.each([...points, 'onServiceRequest', 'onServiceResponse'] as const)(
    '%s that throws, at once or later, or never ends fails its own request only, with a code and without its message',
    async (point) => {
      let broken = (): void | Promise<void> => undefined
      const hooks = {
        [point]: (about: { headers?: Record<string, unknown>; request?: HookRequest }) =>
          (about.headers ?? about.request?.headers)?.['x-own'] === 'fine' ? undefined : broken(),
      }
      await withHooks(hooks, async ({ url }) => {
        for (const [what, way] of ways) {
          broken = way
          const [failed, fine] = await Promise.all([ask(url, WHO), ask(url, WHO, { 'x-own': 'fine' })])
          expect([what, failed.errors?.[0]?.extensions['code']]).toEqual([what, 'INTERNAL'])
          expect(JSON.stringify(failed)).not.toContain('secret')
          expect(fine.data).toEqual({ whoAmI: 'somebody' })
        }
      })
    },
  )

  test.each(['stateful', 'stateless'])(
    'Of an answer of a %s service that a hook refuses the client gets nothing but the refusal',
    async (kind) => {
      const onServiceResponse: HookSettings['onServiceResponse'] = ({ service }) =>
        service === 'items' ? refuse() : undefined
      const answer = await withHooks(
        { onServiceResponse },
        ({ url }) => ask(url, '{ orders(first: 2) { id item { name } } }'),
        { STATELESS: kind === 'stateless' ? 'items' : '' },
      )
      expect(answer).toMatchObject({
        data: {
          orders: [
            { id: '0', item: null },
            { id: '1', item: null },
          ],
        },
        errors: [0, 1].map((at) => ({ path: ['orders', at, 'item', 'name'], extensions: { code: 'FORBIDDEN' } })),
      })
    },
  )

  test.each(points)('%s refuses with a code', async (point) => {
    const answer = await withHooks({ [point]: refuse }, ({ url }) => ask(url, WHO))
    expect(verdict(answer)).toBe('403 FORBIDDEN')
    expect(answer.errors?.[0]?.message).toBe('Not from here.')
  })

  test('onError that throws, or gives no error, changes nothing', async () => {
    let wrong = (): unknown => refuse()
    let isCaught = false
    const caught = thenable((_, failed) => (isCaught = typeof failed === 'function'))
    await withHooks({ onError: () => wrong() as undefined }, async ({ url }) => {
      for (wrong of [refuse, () => 'text', () => ({ extensions: {} }), () => [], () => caught])
        expect(verdict(await ask(url, '{ nothing }'))).toBe('400 GRAPHQL_VALIDATION_FAILED')
      for (const more of [{ extensions: { count: 1n } }, { extensions: 'text' }, { path: 5 }, { path: [{}] }]) {
        wrong = () => ({ message: 'wrong', ...more })
        expect(verdict(await ask(url, '{ nothing }'))).toBe('400 GRAPHQL_VALIDATION_FAILED')
      }
    })
    expect(isCaught).toBe(true)
  })

  test('A hook can replace an answer only by an answer', async () => {
    let given: unknown
    await withHooks({ onAnswer: ({ replace }) => replace(given as { data: object }) }, async ({ url }) => {
      const none = { toJSON: () => undefined }
      for (given of [
        {},
        { data: 'x' },
        { data: [] },
        { data: none },
        { errors: [] },
        { errors: ['x'] },
        { errors: 'x', data: {} },
        undefined,
      ])
        expect([given, verdict(await ask(url, WHO))]).toEqual([given, '500 INTERNAL'])
      for (const more of [{ path: 'x' }, { extensions: [] }, { extensions: { count: 1n } }]) {
        given = { errors: [{ message: 'so', ...more }] }
        expect(verdict(await ask(url, WHO))).toBe('500 INTERNAL')
      }
      given = { errors: [{ message: 'so' }] }
      expect((await ask(url, WHO)).errors).toEqual([{ message: 'so' }])
    })
  })
})
