import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readConfig } from '../../../gateway/config/load.ts'
import { tellHeaderRules } from '../../../gateway/headers/notice.ts'
import { compileClientRules } from '../../../gateway/headers/to-client.ts'
import { compileRules } from '../../../gateway/headers/to-service.ts'
import { makeConfigFile } from '../../support/config-file.ts'
import { exampleOf } from '../../support/example.ts'
import { ask, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { startIdentityProvider } from '../../support/identity-provider.ts'
import { type Shop, startShop } from '../../support/shop.ts'

const query = '{ orders { id item { name } } }'
let shop: Shop
let gateway: TestGateway
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const toOrders = () => shop.orders.calls.at(-1)?.headers ?? {}
const toItems = () => shop.items.calls.at(-1)?.headers ?? {}
const start = async (text: string) => {
  gateway = await startTestGateway({ services: shop.services, file: text })
}
const config = (settings: string): string =>
  `import { defineConfig, stateful, stateless } from '${new URL('../../../gateway/config/define.ts', import.meta.url)}'
   export default defineConfig({ supergraph: 'supergraph.graphql', ${settings} })`

const post = (body: object, accept = 'application/json') =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  })

describe('the example of docs/configuration/headers.md', () => {
  beforeAll(async () => start(await exampleOf('docs/configuration/headers.md')))
  afterAll(() => gateway.stop())

  test('Rules forward, rename, insert and remove headers, and fill in defaults', async () => {
    const sent = { 'X-TENANT': 'a', 'x-shop-mood': 'b', 'x-shop-debug': 'c', 'x-other': 'd' }
    expect(verdict(await ask(gateway.url, query, sent))).toBe('200 OK')
    expect(toOrders()).toMatchObject({ 'x-tenant': 'a', 'x-shop-mood': 'b', 'x-app': 'unknown', 'x-gateway': 'shop' })
    for (const name of ['x-shop-debug', 'x-other', 'x-client']) expect(toOrders()).not.toHaveProperty([name])
    await ask(gateway.url, query, { 'x-client': 'app', 'x-gateway': 'forged', authorization: 'mine' })
    expect(toOrders()).toMatchObject({ 'x-app': 'app', 'x-gateway': 'shop', authorization: 'mine' })
  })

  test('A stateless service gets the constant header, and nothing of the caller', async () => {
    shop.items.calls.length = 0
    await ask(gateway.url, '{ item(id: "alone") { name } }', { 'x-tenant': 'a', authorization: 'mine', cookie: 'c=1' })
    expect(toItems()).toMatchObject({ 'x-gateway': 'shop' })
    for (const name of ['x-tenant', 'authorization', 'cookie']) expect(toItems()).not.toHaveProperty([name])
    await ask(gateway.url, '{ item(id: "alone") { name } }', { 'x-tenant': 'b' })
    expect(shop.items.calls).toHaveLength(1)
  })

  test('A client gets each cookie, and the headers that the rules allow', async () => {
    const cookies = ['a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT; HttpOnly', 'b=2']
    let calls = 0
    shop.orders.misbehave((_request, response) => {
      calls += 1
      for (const name of ['x-stock', 'x-first', 'x-other']) response.setHeader(name, `${name} ${calls}`)
      response.setHeader('set-cookie', cookies)
      return false
    })
    shop.items.misbehave((_request, response) => {
      response.setHeader('set-cookie', 'shared=1')
      return false
    })
    try {
      const { headers } = await ask(gateway.url, 'mutation { a: touch b: touch buy(input: { item: "1" }) { id } }')
      expect(headers.getSetCookie()).toEqual(cookies)
      expect(headers.get('x-stock')).toBe('x-stock 1')
      expect(headers.get('x-other')).toBeNull()
      expect(headers.get('x-served-by')).toBe('tributary')
      expect(headers.get('cache-control')).toBe('no-store')
      const kept = '{ item(id: "cookie") { name } }'
      shop.items.calls.length = 0
      for (let time = 0; time < 2; time += 1) expect((await ask(gateway.url, kept)).headers.getSetCookie()).toEqual([])
      expect(shop.items.calls).toHaveLength(2)
    } finally {
      shop.orders.misbehave(undefined)
      shop.items.misbehave(undefined)
    }
  })

  test('A client that takes only events gets the cookies of an answer, too', async () => {
    shop.orders.misbehave((_request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      return false
    })
    try {
      for (const accept of ['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0']) {
        const answer = await post({ query: 'mutation { touch }' }, accept)
        expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
        expect(await answer.text()).toContain('"touch"')
      }
    } finally {
      shop.orders.misbehave(undefined)
    }
  })

  test('Refusals and event streams have the constant headers, too', async () => {
    const refused = await Promise.all([
      post({ query: '{' }),
      post({ query: '{ nothing }' }),
      post({}),
      post({ query }, 'text/html'),
    ])
    const stream = await post({ query }, 'text/event-stream')
    expect([...refused, stream].map(({ headers }) => headers.get('x-served-by'))).toEqual(Array(5).fill('tributary'))
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    await stream.text()
  })

  test('Services of both kinds get the same trace: that of the client, or a new one', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const told = async (headers: Record<string, string>) => {
      await ask(gateway.url, '{ orders { item { stock } } }', headers)
      expect(toOrders()['traceparent']).toBe(toItems()['traceparent'])
      return toOrders()['traceparent']
    }
    expect(await told({ traceparent })).toBe(traceparent)
    const made = [await told({}), await told({ traceparent: traceparent.replace('0af', '0AF') }), await told({})]
    for (const one of made) expect(one).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/)
    expect(new Set([traceparent, ...made]).size).toBe(4)
  })
})

test('No pattern forwards the header in which clients carry their token', async () => {
  const provider = await startIdentityProvider()
  const { issuer, audience, jwksUrl: jwks } = provider
  await start(
    config(`identity: {
        issuers: [${JSON.stringify({ issuer, audience, jwks })}],
        token: { header: { name: 'X-Session', scheme: '' } },
      },
      services: {
        orders: stateful({ headers: [{ forward: 'x-*' }] }),
        items: stateless({ headers: [{ forward: 'x-*' }] }),
      }`),
  )
  try {
    const token = await provider.token()
    expect(verdict(await ask(gateway.url, query, { 'x-session': token, 'x-tenant': 'a' }))).toBe('200 OK')
    expect(toOrders()).toMatchObject({ 'x-tenant': 'a', authorization: `Bearer ${token}` })
    expect(toItems()).toMatchObject({ 'x-tenant': 'a' })
    for (const told of [toOrders(), toItems()]) expect(told).not.toHaveProperty(['x-session'])
  } finally {
    await gateway.stop()
    await provider.close()
  }
})

test('Callers who share an execution, and those who get a kept answer, get its headers, and no cookies', async () => {
  let running = 0
  let goOn: () => void = () => undefined
  const both = new Promise<void>((resolve) => {
    goOn = resolve
  })
  gateway = await startTestGateway({
    services: shop.services,
    env: { STATELESS: 'items' },
    config: {
      clientHeaders: (['x-stock', 'set-cookie'] as const).map((forward) => ({ forward, when: 'append' as const })),
      hooks: {
        timeout: 1_000,
        onOperation() {
          running += 1
          if (running === 2) goOn()
        },
      },
    },
  })
  let calls = 0
  shop.items.misbehave(async (_request, response) => {
    calls += 1
    response.setHeader('x-stock', `call ${calls}`)
    response.setHeader('set-cookie', 'a=1')
    if (calls === 1) await both
    else response.removeHeader('set-cookie')
    return false
  })
  try {
    const told = async (asked: string) => {
      const { headers } = await ask(gateway.url, asked)
      return [headers.get('x-stock'), headers.getSetCookie()]
    }
    const shared = '{ item(id: "shared") { stock } }'
    expect(await Promise.all([told(shared), told(shared)])).toEqual([
      ['call 1', []],
      ['call 1', []],
    ])
    const kept = '{ item(id: "kept with headers") { name } }'
    expect([await told(kept), await told(kept)]).toEqual([
      ['call 2', []],
      ['call 2', []],
    ])
    expect(calls).toBe(2)
  } finally {
    shop.items.misbehave(undefined)
    await gateway.stop()
  }
})

describe('a stateless service that gets headers of callers', () => {
  afterEach(() => gateway.stop())

  test.each(['authorization', 'cookie', 'x-tenant'])(
    'A stateless service that gets a header of callers is called for each caller: %s',
    async (name) => {
      await start(config(`services: { items: stateless({ headers: [{ forward: '${name}' }] }), orders: stateful() }`))
      shop.items.calls.length = 0
      const item = '{ item(id: "kept") { name } }'
      const callers = ['a=1', 'a=2', 'a=1', 'a=2']
      const answers = await Promise.all(callers.map((value) => ask(gateway.url, item, { [name]: value })))
      for (const answer of answers) {
        expect(verdict(answer)).toBe('200 OK')
        expect(answer.headers.get('cache-control')).not.toMatch(/public|max-age=[1-9]/)
      }
      await ask(gateway.url, query, { [name]: 'a=3' })
      await ask(gateway.url, query, { [name]: 'a=3' })
      expect(shop.items.calls.map(({ headers }) => headers[name]).sort()).toEqual([...callers, 'a=3', 'a=3'].sort())
    },
  )

  test('A rule for all services takes the credentials away from a stateful one', async () => {
    await start(config(`headers: { services: [{ remove: 'authorization' }] }, services: { orders: stateful() }`))
    await ask(gateway.url, query, { authorization: 'mine' })
    expect(toOrders()).not.toHaveProperty('authorization')
  })
})

test('The start names the services that share nothing, and those whose cookies no client gets', () => {
  const warn = jest.fn()
  const service = (name: string, kind: 'stateful' | 'stateless', rule: object) => ({
    definition: { name, kind, headers: [rule] },
  })
  const told = [
    service('a', 'stateless', { forward: 'x-a' }),
    service('b', 'stateless', { insert: 'x-b', value: 'c' }),
    service('c', 'stateful', { forward: 'x-a' }),
    service('d', 'stateless', { forward: 'x-*' }),
  ]
  tellHeaderRules({ services: told, clientHeaders: [] }, { warn } as never)
  const unshared = [{ services: ['a', 'd'] }, expect.stringContaining('services a, d of callers')]
  expect(warn.mock.calls.splice(0)).toEqual([unshared])
  tellHeaderRules({ services: told, clientHeaders: [{ forward: 'set-cookie', when: 'last' }] }, { warn } as never)
  expect(warn.mock.calls).toEqual([
    unshared,
    [{ services: ['b'] }, expect.stringMatching(/^no client gets cookies of the stateless service b:/)],
  ])
})

describe('headers of answers', () => {
  const told = (rules: object[], ...heads: string[][]) => {
    const compiled = compileClientRules(rules as never)
    const heard = compiled?.open()
    for (const lines of heads) heard?.hear(compiled?.pick(['HTTP/1.1 200 OK', ...lines].join('\r\n'), false) ?? [])
    const headers = new Map<string, string>()
    const cookies: string[] = []
    heard?.write(headers, cookies)
    return { headers: Object.fromEntries(headers), cookies }
  }

  test.each([
    ['first', 'a'],
    ['last', 'c'],
    ['append', 'a, b, c'],
  ])('Of several values of a header the client gets the %s', (when, value) => {
    const { headers } = told([{ forward: 'x-a', when }], ['X-A: a', 'x-b: 1'], ['x-a:b'], ['x-a:  c '])
    expect(headers).toEqual({ 'x-a': value })
  })

  test.each([
    ['first', 'a'],
    ['last', 'c'],
    ['append', 'a, b, c'],
  ])('Of several operations of a batch the client gets the %s, and each answer counts once', (when, value) => {
    const rules = compileClientRules([{ forward: 'x-a', when }] as never)
    const pick = (text: string) => rules?.pick(`HTTP/1.1 200 OK\r\nx-a: ${text}`, false) ?? []
    const [one, two, three] = [pick('a'), pick('b'), pick('c')]
    const headers = new Map<string, string>()
    for (const answers of [[one], [one, two], [two, three]]) {
      const heard = rules?.open()
      for (const picked of answers) heard?.hear(picked)
      heard?.write(headers, [])
    }
    expect(headers.get('x-a')).toBe(value)
  })

  test('A batch has no more cookies and headers than one answer', () => {
    const rules = compileClientRules([{ forward: 'set-cookie' }, { forward: 'x-a', when: 'append' }] as never)
    const lines = Array.from({ length: 30 }, (_, n) => `set-cookie: c${n}=1\r\nx-a: ${'a'.repeat(100)}`)
    const headers = new Map<string, string>()
    const cookies: string[] = []
    for (let operation = 0; operation < 10; operation += 1) {
      const heard = rules?.open()
      heard?.hear(rules?.pick(['HTTP/1.1 200 OK', ...lines].join('\r\n'), false) ?? [])
      heard?.write(headers, cookies)
    }
    expect(cookies).toHaveLength(50)
    expect(headers.get('x-a')?.length).toBeLessThan(8_192)
  })

  test('Many and large headers are left out', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => `set-cookie: c${n}=1`)
    expect(told([{ forward: 'set-cookie', when: 'last' }], many).cookies).toHaveLength(50)
    const large = Array.from({ length: 100 }, () => `x-a: ${'a'.repeat(1_000)}`)
    expect(told([{ forward: 'x-a', when: 'append' }], large).headers['x-a']?.length).toBeLessThan(8_192)
  })

  test.each([
    ['first', 'v0'],
    ['last', 'v499'],
  ])('What the client does not get takes no room of the %s, nor of other headers', (when, value) => {
    const answers = Array.from({ length: 500 }, (_, n) => [`x-a: v${n}`, `x-a: v${n}`, `x-long: ${'a'.repeat(9_000)}`])
    const rules = [
      { forward: 'x-a', when },
      { forward: 'x-long', when },
      { forward: 'x-b', when: 'last' },
    ]
    expect(told(rules, ...answers, ['x-b: 1']).headers).toEqual({ 'x-a': value, 'x-b': '1' })
  })
})

describe('headers of clients', () => {
  const apply = (rules: object[], client: Record<string, string>, reserved: string[] = []) => {
    const headers = new Map<string, string>()
    compileRules(rules as never, new Set(reserved))(headers, client)
    return Object.fromEntries(headers)
  }

  test('A pattern forwards no credentials, no framing headers, and none that the gateway or the connection owns', () => {
    const client = {
      authorization: 'a',
      cookie: 'b',
      'content-length': '9',
      'transfer-encoding': 'chunked',
      host: 'h',
      'tributary-signature': 's',
      'tributary-perspective': 'preview',
      'x-request-id': 'r',
      'x-tenant': 'forged',
      'x-hop': 'c',
      connection: 'X-Hop, close',
      'sec-websocket-extensions': 'permessage-deflate',
      'sec-websocket-key': 'k',
      'x-free': 'yes',
    }
    expect(apply([{ forward: '*' }], client, ['x-tenant'])).toEqual({ 'x-free': 'yes' })
    expect(apply([{ forward: 'x-hop', default: 'd' }], client)).toEqual({ 'x-hop': 'd' })
  })

  test('A value with a line break and a name that every object inherits are not forwarded', () => {
    const client = { 'x-a': 'a\r\nx-admin: 1', 'x-b': 'b\n', 'x-c': 'c\0' }
    expect(apply([{ forward: ['x-*', 'x-a', 'constructor', 'tostring'] }], client)).toEqual({})
  })

  test('A pattern of prefix and suffix needs room for both', () => {
    expect(apply([{ forward: 'x-a*a' }], { 'x-a': '1', 'x-aa': '2', 'x-aba': '3' })).toEqual({
      'x-aa': '2',
      'x-aba': '3',
    })
  })
})

test.each<[string, string]>([
  [`{ forward: 'Content-Length' }`, 'headers.services.0.forward'],
  [`{ forward: ['x-a', 'transfer-encoding'] }`, 'headers.services.0.forward'],
  [`{ insert: 'Tributary-Signature', value: 'a' }`, 'headers.services.0.insert: is a header that the gateway'],
  [`{ forward: 'x-a', rename: 'HOST' }`, 'headers.services.0.rename: is a header that the gateway'],
  [`{ insert: 'x-a', value: 'a\\r\\nx-b: 1' }`, 'headers.services.0.value: must be text of one line'],
  [`{ insert: 'x-a' }`, 'headers.services.0.value: is required with insert'],
  [`{ insert: 'x a', value: 'b' }`, 'headers.services.0.insert: must be the name of a header'],
  [`{ forward: '*-*' }`, 'headers.services.0.forward'],
  [`{ forward: 'x-*', rename: 'x-a' }`, 'headers.services.0.rename: needs a forward of one name'],
  [`{}`, 'headers.services.0: must have one of forward, insert and remove'],
  [`{ forward: 'x-a', remove: 'x-a' }`, 'headers.services.0: must have one of'],
  [`{ forwards: 'x-a' }`, 'headers.services.0.forwards: is not a setting; did you mean forward?'],
])('The rule %s is refused', async (rule, message) => {
  const file = await makeConfigFile(`{ headers: { services: [${rule} as never] } }`)
  await expect(readConfig({}, file.path)).rejects.toThrow(message)
  await file.remove()
})

test.each<[string, string]>([
  [`{ forward: 'Content-Length' }`, 'headers.client.0.forward: is a header of answers'],
  [`{ forward: 'access-control-allow-origin' }`, 'headers.client.0.forward: is a header of answers'],
  [`{ insert: 'cache-control', value: 'public' }`, 'headers.client.0.insert: is a header of answers'],
  [`{ insert: 'set-cookie', value: 'a=1' }`, 'headers.client.0.insert: must be no cookie'],
  [`{ forward: 'x-a', when: 'both' }`, 'headers.client.0.when: must be first, last or append'],
  [`{ insert: 'x-a' }`, 'headers.client.0: must have a value'],
  [`{}`, 'headers.client.0: must have one of forward and insert'],
])('The rule %s for the client is refused', async (rule, message) => {
  const file = await makeConfigFile(`{ headers: { client: [${rule} as never] } }`)
  await expect(readConfig({}, file.path)).rejects.toThrow(message)
  await file.remove()
})
