/**
 * A configuration's file: what it may contain, what is refused, and what the environment overrides.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { variablesOf } from '../../../gateway/config/environment.ts'
import { type LoadOptions, loadConfig, readConfig } from '../../../gateway/config/load.ts'
import { printConfig } from '../../../gateway/config/print.ts'
import { createSources } from '../../../gateway/config/sources.ts'
import { SettingsError } from '../../../platform/process/settings.ts'
import { stopClock } from '../../support/clock.ts'
import { makeConfigFile } from '../../support/config-file.ts'
import { composeAt } from '../../support/gateway.ts'
import { itemsSdl, ordersSdl } from '../../support/shop.ts'

const made: { remove(): Promise<void> }[] = []
let supergraph: string
beforeAll(() => {
  supergraph = composeAt([
    { name: 'orders', sdl: ordersSdl, url: 'http://127.0.0.1:4201' },
    { name: 'items', sdl: itemsSdl, url: 'http://127.0.0.1:4202' },
  ])
})
afterAll(async () => void (await Promise.all(made.map((file) => file.remove()))))

/** A file beside a supergraph of orders and items. */
async function fileOf(config: string): Promise<string> {
  const file = await makeConfigFile(config)
  made.push(file)
  await writeFile(join(file.folder, 'supergraph.graphql'), supergraph)
  return file.path
}

const foreign = (more: string): Promise<string> => fileOf(`{ supergraph: 'supergraph.graphql', ${more} }`)

async function faultsOf(options: LoadOptions): Promise<readonly string[]> {
  const error = await loadConfig(options).catch((caught: unknown) => caught)
  return error instanceof SettingsError ? error.faults : []
}

describe('a file', () => {
  test('The file sets kinds, addresses and settings of another supergraph, the rest has defaults', async () => {
    const file = await foreign(
      `services: { items: stateless({ addresses: ['http://a/graphql', 'http://b/graphql'], hedging: false }) }, port: 0`,
    )
    const config = await readConfig({}, file)
    expect(config.port).toBe(0)
    expect(config.services.map(({ definition, addresses }) => [definition.name, definition.kind, addresses])).toEqual([
      ['items', 'stateless', ['http://a/graphql', 'http://b/graphql']],
      ['orders', 'stateful', ['http://127.0.0.1:4201/graphql']],
    ])
    expect(config.services[0]?.definition).toMatchObject({ hedging: false, coalescing: true, deadline: 5_000 })
    expect(config.services[1]?.definition).toMatchObject({ deadline: 15_000 })
  })

  test('Services may have inherited names', async () => {
    const file = await makeConfigFile(`{ supergraph: 'supergraph.graphql', services: { valueOf: stateless() } }`)
    made.push(file)
    const names = ['constructor', 'toString', 'valueOf']
    await writeFile(
      join(file.folder, 'supergraph.graphql'),
      composeAt(names.map((name) => ({ name, sdl: `type Query { of${name}: Int }`, url: 'http://127.0.0.1:1' }))),
    )
    const { services } = await readConfig({ STATELESS: 'toString' }, file.path)
    expect(services.map(({ definition: { name, kind } }) => `${name} ${kind}`)).toEqual([
      'constructor stateful',
      'toString stateless',
      'valueOf stateless',
    ])
  })

  test('All faults are reported together, each with its path', async () => {
    const file = await foreign(`
      port: 70_000, hots: 'a', limits: { aliasse: 1, depth: -1 }, cors: { origins: ['https://a.example/path'] },
      services: {
        orders: stateful({ hedging: true, deadline: 'soon' }),
        items: { ...stateless({ queue: 1.5 }), cache: true },
        itmes: stateless(),
      },
      admin: { host: '0.0.0.0' },`)
    expect([...(await faultsOf({ env: {}, file }))].sort()).toEqual([
      'ADMIN_TOKEN: is required with ADMIN_HOST=0.0.0.0',
      'cors.origins.0: must be origins, without a path',
      'hots: is not a setting; did you mean host?',
      'limits.aliasse: is not a setting; did you mean aliases?',
      'limits.depth: must be a whole number, 0 to switch the limit off',
      'port: must be a port, 0 to 65535',
      'services.items.cache: is not a setting',
      'services.items.queue: must be a whole number',
      'services.itmes: the supergraph joins no such service',
      'services.orders.deadline: must be a whole number',
      'services.orders.hedging: is for stateless services: nothing of a stateful one is kept, shared or asked twice',
    ])
  })

  test.each([
    ['a file that is not there', 'there is no such file', undefined],
    [
      'an item that lacks something',
      'identity.issuers.0.jwks: is required',
      '{ supergraph: "supergraph.graphql", identity: { issuers: [{ issuer: "https://a", audience: "b" }] } }',
    ],
    ['a default export that is no object', 'must have `export default', '"a text"'],
    [
      'a service without a kind',
      'services.items.kind: must be stateful({ … }) or stateless({ … })',
      '{ supergraph: "supergraph.graphql", services: { items: {} } }',
    ],
    [
      'a name that is an address',
      'services.items.addresses.dns: must be an absolute http or https URL whose host is a name',
      '{ supergraph: "supergraph.graphql", services: { items: stateless({ addresses: { dns: "http://127.0.0.1" } }) } }',
    ],
  ])('Refused in words: %s', async (_what, fault, source) => {
    const file = source === undefined ? '/nowhere/tributary.config.ts' : await fileOf(source)
    expect(await faultsOf({ env: {}, file })).toEqual([expect.stringContaining(fault)])
  })

  test.each([
    ['a promise that is not awaited', 'limits: Promise.resolve({ depth: 5 })', 'limits: must be an object'],
    ['a map', 'variants: { a: new Map() }', 'variants.a: must be an object'],
    ['an instance', 'cors: new (class { origins = [] })()', 'cors: must be an object'],
    ['a date', 'supergraph: new Date(0)', 'supergraph: must be text'],
  ])('What the check would pass over is refused: %s', async (_what, setting, fault) => {
    expect(await faultsOf({ env: {}, file: await foreign(`...({ ${setting} } as object)`) })).toContain(fault)
  })

  test.each([
    ['no TypeScript', '{ port: 1 2 }', /:\d+: Expected .*\)$/],
    ['an object that is no error', '(() => { throw Object.create(null) })()', /\(it throws what is no error\)$/],
    ['a getter that throws', '{ get limits() { throw new Error("no") } }', /:\d+: no\)$/],
    [
      'what contains itself',
      '(() => { const a = {}; a.limits = a; return a })()',
      /\(an object of it contains itself\)$/,
    ],
    [
      'an import that is no JSON',
      `(await import('./a.json', { with: { type: 'json' } })).default`,
      /is not valid JSON\)$/,
    ],
  ])('A file that cannot be used is refused in one line with the place: %s', async (_what, source, words) => {
    const file = await fileOf(source)
    await writeFile(join(dirname(file), 'a.json'), '{ "secret": of-sixteen-letters }')
    const [fault = '', ...others] = await faultsOf({ env: {}, file })
    expect([fault, others]).toEqual([expect.stringMatching(words), []])
    expect(fault.startsWith(`${file}: cannot be used (`)).toBe(true)
    expect(fault).not.toMatch(/sixteen|\n/)
  })

  test('A fault of an imported file names that file and its line', async () => {
    const file = await fileOf(`(await import('./part.ts')).default`)
    const part = join(dirname(file), 'part.ts')
    await writeFile(part, '\n\nexport default { port: }\n')
    expect(await faultsOf({ env: {}, file })).toEqual([expect.stringContaining(`(${part}:3: `)])
  })

  test('A file that awaits what never comes is refused', async () => {
    const file = await fileOf('await new Promise(() => undefined)')
    using clock = stopClock()
    const faults = faultsOf({ env: {}, file })
    await clock.step(30_000)
    expect(await faults).toEqual([`${file}: cannot be used (it awaits more than 30 s)`])
  })

  test.each([
    [`cors: { origins: 'https://a.example' }`, 'cors.origins: must be a list'],
    ['headers: { services: { forward: "x" } }', 'headers.services: must be a list'],
    ['trustedProxies: "10.0.0.0/8"', 'trustedProxies: must be a list'],
  ])('What is no list is called so: %s', async (setting, fault) => {
    expect(await faultsOf({ env: {}, file: await foreign(`...({ ${setting} } as object)`) })).toEqual([fault])
  })

  test('A variable of a list without an item is told to name one', async () => {
    const file = await foreign('')
    expect(await faultsOf({ env: { CORS_ORIGINS: ' , ' }, file })).toEqual([
      'CORS_ORIGINS: must name at least one value',
    ])
  })

  test.each(['files/', '/my files/', '/files?', '/files#', '/fotografías/'])(
    'A path of files that no request can have is refused: %s',
    async (path) => {
      const file = await foreign(`services: { orders: stateful({ paths: ['${path}'], subscriptionPath: '/a b' }) }`)
      expect(await faultsOf({ env: {}, file })).toEqual([
        'services.orders.paths.0: must be paths as requests have them, without blanks, ? and #',
        'services.orders.subscriptionPath: must be a path as requests have it, without blanks and #',
      ])
    },
  )

  test.each([
    [
      `services: { orders: stateful({ paths: ['/a/%2E%2e/'] }) }`,
      'services.orders.paths.0: must have no part . or .., which clients resolve',
    ],
    [`variants: { a: { path: '/b/../c' } }`, 'variants.a.path: must have no part . or .., which clients resolve'],
    [
      `services: { orders: stateful({ addresses: ['http://a/#graphql'] }) }`,
      'services.orders.addresses.0: must have no fragment, which is never sent',
    ],
    [`...({ services: null } as object)`, 'services: must be an object'],
    [`...({ services: [] } as object)`, 'services: must be an object'],
    [`errors: { messages: ['OURS'] }`, 'errors.messages: has no effect: none of these codes is let through by codes'],
    [
      `errors: { codes: 'all' }, services: { orders: stateful({ errors: { codes: [], messages: ['OURS'] } }) }`,
      'services.orders.errors.messages: has no effect: none of these codes is let through by codes',
    ],
  ])('What could never work is refused: %s', async (settings, fault) => {
    expect(await faultsOf({ env: {}, file: await foreign(settings) })).toEqual([fault])
  })

  test('A variable for a part of what should be an object does not hide that it is none', async () => {
    const file = await foreign(`...({ limits: 5, identity: null, budgets: [] } as object)`)
    const env = { LIMIT_DEPTH: '5', JWT_ISSUER: 'https://id.example', BUDGETS_STORE: 'memory' }
    expect((await faultsOf({ env, file })).toSorted()).toEqual(
      ['budgets', 'identity', 'limits'].map((name) => `${name}: must be an object`),
    )
  })

  test('Each list of operations that cannot be read is named', async () => {
    const file = await foreign(
      `operations: { safelist: { manifests: ['/nowhere/a', '/nowhere/b'], clients: { c: ['/nowhere/c', '/nowhere/a'] } } }`,
    )
    const [fault, ...others] = await faultsOf({ env: {}, file })
    expect([fault?.match(/nowhere\/\w cannot be read \(ENOENT\)/g), others]).toEqual([
      ['a', 'b', 'c'].map((name) => `nowhere/${name} cannot be read (ENOENT)`),
      [],
    ])
  })

  test.each([
    `services: { orders: stateful({ paths: ['/', '/health/', '/graphql', '/files/.', '/files/..a/'] }) }`,
    `services: { orders: stateful({ addresses: ['http://a/graphql', 'http://a/graphql'] }) }`,
    `errors: { messages: ['OURS', 'THEIRS'] }, services: { orders: stateful({ errors: { codes: ['OURS'] } }) }`,
    `errors: { messages: 'all' }`,
    `errors: { messages: ['UNAUTHENTICATED'] }`,
    `errors: { defaultCode: 'OURS', messages: ['OURS'] }`,
  ])('What may work is not refused: %s', async (settings) => {
    expect(await faultsOf({ env: {}, file: await foreign(settings) })).toEqual([])
  })

  test.each(['cookie', 'Content-Type', 'x-request-id'])(
    'A token is carried by no header that means something else: %s',
    async (name) => {
      const issuer = { issuer: 'https://id.example', jwks: 'https://id.example/jwks', audience: 'shop' }
      const identity = { issuers: [issuer], token: { header: { name, scheme: '' } } }
      expect(await faultsOf({ env: {}, file: await foreign(`identity: ${JSON.stringify(identity)}`) })).toEqual([
        'identity.token.header.name: must be a header that means nothing else',
      ])
    },
  )

  test('No two services have the same path of files', async () => {
    const file = await foreign(
      `services: { orders: stateful({ paths: ['/files/'] }), items: stateless({ paths: ['/files/'] }) }`,
    )
    expect(await faultsOf({ env: {}, file })).toEqual(['services.items.paths: /files/ is of "orders", too'])
  })

  test('Opaque tokens have no claim that could name an API client', async () => {
    const file = await foreign(`budgets: { client: { claim: 'azp' }, clients: { partner: { requestsAtOnce: 1 } } }`)
    expect(await faultsOf({ env: {}, file })).toEqual([
      'budgets.client.claim: needs identity.issuers, since tokens are opaque without it',
    ])
  })

  test('An address of keys with a password, which nobody would send, is refused', async () => {
    const fault = 'must have no user name and no password: keys are public'
    const issuer = { issuer: 'https://id.example', jwks: 'https://me:word@id.example/jwks', audience: 'shop' }
    const file = await foreign(`identity: { issuers: [${JSON.stringify(issuer)}] }`)
    expect(await faultsOf({ env: {}, file })).toEqual([`identity.issuers.0.jwks: ${fault}`])
  })

  test('A value that fits no form of its setting is reported by the fault inside', async () => {
    const file = await foreign(`authorization: { policies: { staff: 'yes' } }, limits: { measure: 5 }`)
    expect(await faultsOf({ env: {}, file })).toEqual([
      'authorization.policies.staff: must be a function',
      'limits.measure: must be on, off, or a list of limits',
    ])
  })

  test.each([5, '', null, [], [''], [5], [null], [[]], [{}], [{ x: 1 }], { x: 5 }, { x: {} }, { x: [] }])(
    'Every setting that cannot be %j says so in words of its own',
    async (value) => {
      const paths = variablesOf({ kinds: new Map([['items', 'stateful']]), areOurs: false })
        .filter(({ isAlias, path }) => !isAlias && path[0] !== 'supergraph')
        .map(({ path }) => path)
      const values = createSources({ services: { items: { kind: 'stateful' } } })
      for (const path of paths) values.set(path, value)
      const faults = await faultsOf({ env: {}, file: await foreign(`...${JSON.stringify(values.values)}`) })
      expect(faults.length).toBeGreaterThan(paths.length / 4)
      expect(faults.filter((fault) => /^[^:]+: ([A-Z]|has a form)/.test(fault))).toEqual([])
    },
  )
})

describe('the environment over a file', () => {
  test('A variable for what only the file sets is refused, and one that contradicts a kind', async () => {
    const file = await foreign('services: { items: stateless() }')
    const env = {
      HOOKS_ON_REQUEST: 'x',
      AUTHORIZATION_POLICIES: '{}',
      SERVICES_ITEMS_KIND: 'stateful',
      SERVICES_ITEMS_CLAIMS: '{"x-a":"sub"}',
      SERVICES_ORDERS_SHARED_CACHE: 'on',
    }
    expect([...(await faultsOf({ env, file }))].sort()).toEqual([
      'AUTHORIZATION_POLICIES: is set in the file alone',
      'HOOKS_ON_REQUEST: is set in the file alone',
      'SERVICES_ITEMS_CLAIMS: is for stateful services: what a stateless one answers is shared by all callers',
      'SERVICES_ITEMS_KIND: is set in the file alone',
      'SERVICES_ORDERS_SHARED_CACHE: is for stateless services: nothing of a stateful one is kept, shared or asked twice',
    ])
  })

  test('A variable is the path of its setting in capitals, and wins', async () => {
    const file = await foreign(
      `services: { items: stateless({ deadline: 1_000 }) }, limits: { depth: 5 }, playground: true`,
    )
    const env = {
      SERVICES_ITEMS_DEADLINE: '2000',
      SERVICES_ITEMS_ADDRESSES: 'http://a/graphql, http://b/graphql',
      SERVICES_ORDERS_ADDRESSES: '{"dns":"http://orders.internal/graphql","every":1000}',
      LIMIT_DEPTH: '7',
      PLAYGROUND: 'off',
      CORS_ALLOWED_HEADERS: 'X-One, x-two',
    }
    const config = await readConfig(env, file)
    expect(config.services).toMatchObject([
      { definition: { deadline: 2_000 }, addresses: ['http://a/graphql', 'http://b/graphql'] },
      { addresses: { dns: 'http://orders.internal/graphql', every: 1_000 } },
    ])
    expect(config).toMatchObject({
      limits: { depth: 7 },
      playground: false,
      cors: { allowedHeaders: ['x-one', 'x-two'] },
    })
    expect(config.supergraphFile).toBe(join(file, '../supergraph.graphql'))
  })

  test('A fault of a variable has its name; two names of one setting, and a misspelt one, are faults', async () => {
    const file = await foreign('services: { items: stateless() }')
    const env = {
      SERVICES_ITEMS_DEADLINE: 'soon',
      LIMIT_DEPTH: '5',
      LIMITS_DEPTH: '6',
      SERVICES_ITEMS_DEADLIN: '1',
      STATELESS: 'items',
    }
    expect([...(await faultsOf({ env, file }))].sort()).toEqual([
      'LIMIT_DEPTH: sets limits.depth, and so does LIMITS_DEPTH',
      'SERVICES_ITEMS_DEADLIN: is not a setting; did you mean SERVICES_ITEMS_DEADLINE?',
      'SERVICES_ITEMS_DEADLINE: must be a whole number',
    ])
  })
})

describe('npm run config', () => {
  test('`npm run config` says where each value comes from, and hides secrets', async () => {
    const file = await foreign(`secret: 'a secret of sixteen', services: { items: stateless({ deadline: 1_000 }) }`)
    const env = { ADMIN_TOKEN: 'a-secret-of-operators', REDIS_URL: 'redis://me:mine@cache:6379', LIMIT_DEPTH: '0' }
    const printed = printConfig(await loadConfig({ env, file }))
    const rows = new Map(printed.split('\n').map((row) => [row.split(/ +/)[0], row.split(/ {2,}/).slice(1)]))
    expect(Object.fromEntries(rows)).toMatchObject({
      'admin.token': ['ADMIN_TOKEN', '(hidden)'],
      secret: ['file', '(hidden)'],
      'redis.url': ['REDIS_URL', 'redis://***@cache:6379'],
      'limits.depth': ['LIMIT_DEPTH', 'off'],
      'limits.aliases': ['default', '500'],
      'services.items.deadline': ['file', '1000'],
      'services.items.kind': ['file', 'stateless'],
      'services.orders.kind': ['default', 'stateful'],
      'services.orders.addresses': ['default', 'http://127.0.0.1:4201/graphql'],
    })
    expect(printed).not.toMatch(/sixteen|operators|mine/)
  })

  test('Functions are shown by their names, and no variable sets them', async () => {
    const file = await foreign('authorization: { policies: { isStaff: () => true } }')
    const loaded = await loadConfig({ env: {}, file })
    expect(printConfig(loaded)).toMatch(/^authorization\.policies\.isStaff +file +\(function isStaff\)$/m)
    expect(loaded.variables.map(({ name }) => name)).not.toContain('AUTHORIZATION_POLICIES')
  })

  test('The shipped file needs nothing to be printed', async () => {
    const printed = printConfig(await loadConfig({ env: {}, isPartial: true }))
    expect(printed).toMatch(/^services\.banking\.addresses +default +\(required: BANKING_URL\)$/m)
    expect(printed).toMatch(/^secret +default +\(required: GATEWAY_SECRET\)$/m)
  })
})

describe('the example of the page', () => {
  test('The example of the page is a valid configuration', async () => {
    const page = await readFile(new URL('../../../docs/configuration/README.md', import.meta.url), 'utf8')
    const [, example = ''] = /```ts\n.*?defineConfig\((.*?)\)\n```/s.exec(page) ?? []
    const file = await fileOf(example)
    const config = await readConfig({}, file)
    expect(config).toMatchObject({ limits: { bodyBytes: 65_536 }, cors: { origins: ['https://app.example'] } })
    expect(config.services.map(({ definition: { name, kind, deadline } }) => [name, kind, deadline])).toEqual([
      ['items', 'stateless', 5_000],
      ['orders', 'stateful', 10_000],
    ])
  })

  test('A variable that two services share is refused where it is set', async () => {
    const file = await makeConfigFile(`{ supergraph: 'supergraph.graphql' }`)
    made.push(file)
    const services = ['items-x', 'items_x'].map((name, at) => ({
      name,
      sdl: `type Query { field${at}: Int }`,
      url: 'http://127.0.0.1:1',
    }))
    await writeFile(join(file.folder, 'supergraph.graphql'), composeAt(services))
    expect(await faultsOf({ env: {}, file: file.path })).toEqual([])
    expect(await faultsOf({ env: { SERVICES_ITEMS_X_DEADLINE: '5000' }, file: file.path })).toEqual([
      'SERVICES_ITEMS_X_DEADLINE: sets both services.items-x.deadline and services.items_x.deadline; set them in the file',
    ])
  })
})
