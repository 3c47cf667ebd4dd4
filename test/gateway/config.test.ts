import { execFile } from 'node:child_process'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../gateway/config/load.ts'
import { SettingsError } from '../../platform/process/settings.ts'
import { examplesOf } from '../support/example.ts'
import { newFolder } from '../support/folder.ts'
import { composeAt } from '../support/gateway.ts'
import { nowhere } from '../support/nowhere.ts'
import { itemsSdl, ordersSdl } from '../support/shop.ts'

const product = {
  ...nowhere,
  BANKING_URL: 'http://127.0.0.1:4101',
  WEATHER_URL: 'http://127.0.0.1:4102, http://127.0.0.1:4103/',
  CONTENT_URL: 'http://127.0.0.1:4104',
  GATEWAY_SECRET: 'a secret of sixteen',
}

const provider = {
  JWKS_URL: 'https://id.example/jwks',
  JWT_ISSUER: 'https://id.example/',
  JWT_AUDIENCE: 'the bank',
}

let folder: string
let supergraph: string
beforeAll(async () => {
  folder = await newFolder()
  supergraph = join(folder, 'supergraph.graphql')
  await writeFile(
    supergraph,
    composeAt([
      { name: 'orders', sdl: ordersSdl, url: 'http://127.0.0.1:4201' },
      { name: 'items', sdl: itemsSdl, url: 'http://127.0.0.1:4202' },
    ]),
  )
})

async function faultsOf(env: Record<string, string>): Promise<readonly string[]> {
  const error = await readConfig(env).catch((caught: unknown) => caught)
  return error instanceof SettingsError ? error.faults : []
}

describe('settings', () => {
  test('Each service takes its kind from the registry and its addresses from the environment', async () => {
    const config = await readConfig(product)
    const found = config.services.map(({ definition: { name, kind }, addresses }) => ({ name, kind, addresses }))
    expect(found.slice(0, 3)).toEqual([
      { name: 'banking', kind: 'stateful', addresses: ['http://127.0.0.1:4101'] },
      { name: 'weather', kind: 'stateless', addresses: ['http://127.0.0.1:4102', 'http://127.0.0.1:4103'] },
      { name: 'content', kind: 'stateless', addresses: ['http://127.0.0.1:4104'] },
    ])
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('All wrong settings are reported at once', async () => {
    const faults = await faultsOf({
      PORT: '99999',
      CORS_ORIGINS: 'https://a.example/path',
      REDIS_URL: 'http://x',
      TRUSTED_PROXIES: '10.0.0.1, proxy',
      GATEWAY_SECRET: 'short',
    })
    const named = faults.map((fault) => fault.split(/[.:]/, 1)[0])
    expect(named.sort()).toEqual(
      [...Object.keys(nowhere), 'CORS_ORIGINS', 'GATEWAY_SECRET', 'PORT', 'REDIS_URL', 'TRUSTED_PROXIES'].sort(),
    )
  })

  test.each(['production', 'prod', 'Production', 'staging', 'live', 'TEST', 'dev'])(
    'The demo identity is refused with NODE_ENV=%s',
    async (NODE_ENV) => {
      const missing = ['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'].map((name) => expect.stringMatching(`^${name}: `))
      expect(await faultsOf({ ...product, NODE_ENV })).toEqual(missing)
      const config = await readConfig({ ...product, ...provider, NODE_ENV })
      expect(config).toMatchObject({ production: true, playground: false })
    },
  )

  test.each(['', 'development', 'test'])('The demo identity is used with NODE_ENV=%s', async (NODE_ENV) => {
    const config = await readConfig({ ...product, NODE_ENV })
    expect(config).toMatchObject({ identity: { demo: { dataDir: '.data' } }, production: false, playground: true })
  })

  test.each(['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'])(
    'An identity provider without its %s is refused, with any supergraph',
    async (name) => {
      const incomplete = { ...provider, [name]: '' }
      const expected = [expect.stringMatching(new RegExp(`^${name}: is required`))]
      expect(await faultsOf({ ...product, ...incomplete })).toEqual(expected)
      expect(await faultsOf({ SUPERGRAPH: supergraph, ...incomplete })).toEqual(expected)
    },
  )

  test.each([
    ['VARIANTS', '{"__proto__":{"exclude":["internal"]}}'],
    ['VARIANTS', '{"a":{"operations":{"safelist":{"clients":{"__proto__":["a.json"]}}}}}'],
    ['BUDGETS_CLIENTS', '{"__proto__":{"requestsAtOnce":1}}'],
    ['OPERATIONS_SAFELIST_CLIENTS', '{"__proto__":["a.json"]}'],
    ['SERVICES_BANKING_CLAIMS', '{"__proto__":"sub"}'],
    ['IDENTITY_ISSUERS', '[{"__proto__":{"issuer":"x"}}]'],
  ])('A name that would be dropped without a word is refused: %s=%s', async (name, value) => {
    const faults = await faultsOf({ ...product, [name]: value })
    expect(faults).toContainEqual(expect.stringMatching(`^${name}\\b.*__proto__`))
  })

  test.each([
    ['JWT_ISSUER', ' '],
    ['JWT_AUDIENCE', ' '],
    ['JWT_AUDIENCE', ' , '],
  ])('An identity provider whose %s is %j is refused', async (name, blank) => {
    expect(await faultsOf({ ...product, ...provider, [name]: blank })).toEqual([`${name}: must not be empty`])
  })

  test('The playground is switched on or off by name', async () => {
    expect(await readConfig({ ...product, ...provider, NODE_ENV: 'production', PLAYGROUND: 'on' })).toMatchObject({
      playground: true,
    })
    expect((await readConfig({ ...product, PLAYGROUND: 'off' })).playground).toBe(false)
    expect(await faultsOf({ ...product, PLAYGROUND: 'perhaps' })).toEqual(['PLAYGROUND: must be on or off'])
  })

  test('The app is off in production unless it is switched on, which needs somewhere to sign in', async () => {
    const production = { ...product, ...provider, NODE_ENV: 'production' }
    expect((await readConfig(product)).app).toMatchObject({ enabled: true, clientId: 'web', scope: 'openid profile' })
    expect((await readConfig({ ...product, APP_ENABLED: 'off' })).app.enabled).toBe(false)
    expect((await readConfig(production)).app.enabled).toBe(false)
    expect(await faultsOf({ ...production, APP_ENABLED: 'on' })).toEqual([
      'APP_ISSUER: is required: where users of the app sign in',
    ])
    const own = { APP_ENABLED: 'on', APP_ISSUER: 'https://id.example', APP_CLIENT_ID: 'bank', APP_SCOPE: 'openid' }
    expect((await readConfig({ ...production, ...own })).app).toEqual({
      enabled: true,
      issuer: 'https://id.example',
      clientId: 'bank',
      scope: 'openid',
    })
  })

  test('The app is not served over another supergraph', async () => {
    expect((await readConfig({ SUPERGRAPH: supergraph })).app.enabled).toBe(false)
    expect(await faultsOf({ SUPERGRAPH: supergraph, APP_ENABLED: 'on' })).toEqual([
      'APP_ENABLED: is for the shipped supergraph; another one has no such app',
    ])
  })

  test('A malformed limit, address or file name is refused', async () => {
    const faults = await faultsOf({ ...product, LIMIT_ALIAS: '1', WEATHERS_URL: 'http://a', SAFE_LIST: 'b' })
    expect(faults.map((fault) => fault.split(/mean /)[1])).toEqual(['LIMIT_ALIASES?', 'WEATHER_URL?', 'SAFELIST?'])
  })

  test('A stateful or unknown service cannot be called stateless', async () => {
    expect(await faultsOf({ ...product, STATELESS: 'weather' })).toEqual([])
    expect(await faultsOf({ ...product, STATELESS: 'banking' })).toEqual([expect.stringContaining('stateful')])
    expect(await faultsOf({ ...product, STATELESS: 'nobody' })).toEqual([expect.stringContaining('nobody')])
  })
})

describe('another supergraph', () => {
  test('Another supergraph needs only its file, and its services are stateful unless called stateless', async () => {
    const config = await readConfig({ SUPERGRAPH: supergraph, STATELESS: 'items' })
    expect(config.services.map(({ definition: { name, kind }, addresses }) => ({ name, kind, addresses }))).toEqual([
      { name: 'items', kind: 'stateless', addresses: ['http://127.0.0.1:4202/graphql'] },
      { name: 'orders', kind: 'stateful', addresses: ['http://127.0.0.1:4201/graphql'] },
    ])
    expect([config.identity, config.secret]).toEqual([undefined, undefined])
  })

  test('A word that a setting has beside its list is that word, and no list of it', async () => {
    const { errorRules } = await readConfig({
      SUPERGRAPH: supergraph,
      ERRORS_CODES: 'all',
      ERRORS_MESSAGES: 'all,OTHERS',
    })
    expect(errorRules.get('items')).toMatchObject({ codes: 'all', messages: ['all', 'OTHERS'] })
  })

  test('A supergraph file or a service name that does not fit is refused', async () => {
    expect(await faultsOf({ SUPERGRAPH: supergraph, STATELESS: 'itmes' })).toEqual([expect.stringContaining('itmes')])
    const missing = join(folder, 'missing')
    expect(await faultsOf({ SUPERGRAPH: missing })).toEqual([`SUPERGRAPH: ${missing} cannot be read (ENOENT)`])
    const other = join(folder, 'other.graphql')
    await writeFile(other, 'type Query { a: Int }')
    expect(await faultsOf({ SUPERGRAPH: other })).toEqual([
      `SUPERGRAPH: ${other} is not a supergraph: it joins no service`,
    ])
    await writeFile(other, 'type Query {')
    expect(await faultsOf({ SUPERGRAPH: other })).toEqual([`SUPERGRAPH: ${other} is not GraphQL schema language`])
  })
})

describe('types', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url))

  /** What the compiler says of files. */
  const check = async (files: readonly string[]): Promise<string> => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--allowImportingTsExtensions', '--types', 'node']
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [tsc, ...flags, '--exactOptionalPropertyTypes', '--ignoreConfig', ...files],
      { cwd: root },
    ).catch((error: { stdout: string }) => error)
    return stdout
  }

  test('Every example of the pages compiles', async () => {
    const examples = join(folder, 'examples')
    await mkdir(examples)
    await writeFile(join(examples, 'package.json'), '{ "type": "module" }')
    const pages = (await readdir(join(root, 'docs/configuration'))).filter((name) => name.endsWith('.md'))
    const files = await Promise.all(
      pages.map(async (page) =>
        Promise.all(
          (await examplesOf(`docs/configuration/${page}`, root)).map(async (example, at) => {
            const file = join(examples, `${page}-${at}.ts`)
            await writeFile(file, example)
            return file
          }),
        ),
      ),
    )
    expect(files.flat().length).toBeGreaterThan(10)
    expect(await check(files.flat())).toBe('')
  })

  /** What the compiler says of each source, `''` if nothing. */
  const compile = async (sources: readonly string[]): Promise<readonly string[]> => {
    const file = join(folder, 'sources.ts')
    const define = join(root, 'gateway/config/define.ts')
    const lines = sources.map((source, at) => `export const source${at} = ${source}`)
    await writeFile(file, [`import { defineConfig, stateful, stateless } from '${define}'`, ...lines, ''].join('\n'))
    const stdout = await check([file])
    return sources.map((_, at) => stdout.split('\n').find((line) => line.includes(`sources.ts(${at + 2},`)) ?? '')
  }

  test('A valid configuration compiles; a misspelt setting, and one that contradicts the kind of its service, do not', async () => {
    const cases: readonly (readonly [source: string, word: string])[] = [
      ['stateless({ sharedCache: true, hedging: false })', ''],
      ['stateful({ deadline: 1_000 })', ''],
      [
        `defineConfig({ supergraph: 'a', port: 0, limits: { depth: 5 }, cors: { origins: ['https://a.example'] } })`,
        '',
      ],
      [`defineConfig({ services: { a: stateless({ addresses: { dns: 'http://a' } }), b: stateful() } })`, ''],
      ['stateful({ sharedCache: true })', 'not assignable'],
      ['stateful({ hedging: true })', 'not assignable'],
      ['stateful({ coalescing: true })', 'not assignable'],
      ["stateless({ claims: { 'x-a': 'sub' } })", 'not assignable'],
      ['stateful({ ...{ hedging: true }, deadline: 1_000 })', 'hedging'],
      ["stateless({ ...{ claims: { 'x-a': 'sub' } } })", 'claims'],
      ["defineConfig({ services: { a: { ...{ sharedCache: true }, kind: 'stateful' } } })", 'not assignable'],
      ['defineConfig({ limits: Promise.resolve({ depth: 5 }) })', 'no properties in common'],
      ['defineConfig({ prot: 4000 })', 'prot'],
      ["defineConfig({ port: '4000' })", 'not assignable'],
      ['defineConfig({ limits: { dept: 5 } })', 'dept'],
      ['defineConfig({ services: { a: {} } })', 'not assignable'],
      ['stateful({ addresses: { dns: 5 } })', 'not assignable'],
    ]
    const told = await compile(cases.map(([source]) => source))
    for (const [at, [, word]] of cases.entries())
      if (word === '') expect(told[at]).toBe('')
      else expect(told[at]).toContain(word)
  })
})
