import { expect, test } from '@jest/globals'
import { gatewayFlags, processEnvironment, statelessFlags } from '../../platform/memory/node-flags.ts'
import { issuerDefaults } from '../../platform/protocol/identity-settings.ts'
import { describeSystem } from '../../start/processes.ts'
import type { StartSettings } from '../../start/settings.ts'

const settings: StartSettings = {
  host: '127.0.0.1',
  port: undefined,
  adminPort: undefined,
  adminHost: '127.0.0.1',
  adminToken: undefined,
  identityPort: undefined,
  dataDir: '/nowhere',
  databaseUrl: undefined,
  gatewaySecret: undefined,
  demo: true,
  issuers: [],
  playground: true,
  app: true,
  instances: new Map(),
  logLevel: 'warn',
  environment: {},
}
const ports = { port: 4000, adminPort: 4090, identityPort: 4080, notices: [] }

test('The gateway is started with the flags that save memory', async () => {
  const { gateway } = await describeSystem(settings, ports, 'a secret')
  expect(gateway.flags).toEqual(gatewayFlags)
  expect(gateway.environment).toMatchObject(processEnvironment)
})

test("Memory flags of an operator take precedence over the project's", async () => {
  const environment = { MALLOC_ARENA_MAX: '4', NODE_COMPILE_CACHE: '/elsewhere' }
  const { gateway } = await describeSystem({ ...settings, environment }, ports, 'a secret')
  expect(gateway.environment).toMatchObject(environment)
})

test('The database and the jobs that prepare it also start from compiled code', async () => {
  const instances = new Map([['banking', 1]])
  const { database, preparations } = await describeSystem({ ...settings, instances }, ports, 'a secret')
  const jobs = preparations('postgresql://bank')
  expect(jobs.map(({ label }) => label)).toContain('demo data')
  for (const process of [database, ...jobs]) expect(process?.environment).toMatchObject(processEnvironment)
})

test('The supervisor calls the admin port at its configured address, with its token', async () => {
  const admin = { adminHost: '::', adminToken: 'a-secret-of-operators' }
  const { services, adminToken, stateless } = await describeSystem(
    { ...settings, ...admin, instances: new Map([['weather', 1]]) },
    ports,
    'a secret',
  )
  expect([services, adminToken]).toEqual(['http://[::1]:4090/services', admin.adminToken])
  expect(JSON.stringify(stateless)).not.toContain(admin.adminToken)
})

test('Stateless services start with a small heap, stateful ones with the default of Node', async () => {
  const instances = new Map([
    ['weather', 2],
    ['banking', 1],
  ])
  const { stateless, stateful } = await describeSystem({ ...settings, instances }, ports, 'a secret')
  expect(stateless.map(({ flags }) => flags)).toEqual([statelessFlags, statelessFlags])
  for (const { environment } of stateless) expect(environment).toMatchObject(processEnvironment)
  expect(stateful('postgresql://bank').map(({ flags }) => flags)).toEqual([undefined])
})

test('Only stateful services get the addresses of the database and its standbys', async () => {
  const instances = new Map([
    ['weather', 1],
    ['banking', 1],
  ])
  const environment = { DATABASE_URL: 'postgresql://one,two/bank', DATABASE_READ_URL: 'postgresql://two/bank' }
  const { stateless, stateful, gateway } = await describeSystem(
    { ...settings, instances, environment },
    ports,
    'a secret',
  )
  const knows = (each: { environment: object }): string[] =>
    Object.keys(each.environment).filter((name) => name.startsWith('DATABASE'))
  expect([...stateless, gateway].flatMap(knows)).toEqual([])
  expect(stateful(environment.DATABASE_URL).map((each) => each.environment)).toEqual([
    expect.objectContaining(environment),
  ])
})

test('Stateful services get the issuers of the gateway’s file, instead of variables for one', async () => {
  const issuers = [
    { ...issuerDefaults, issuer: 'https://id.example', jwks: 'https://id.example/jwks', audience: ['a'] },
  ]
  const instances = new Map([['banking', 1]])
  const environment = { JWKS_URL: 'https://id.example/jwks' }
  const { stateful, identity } = await describeSystem(
    { ...settings, instances, issuers, demo: false, environment },
    { ...ports, identityPort: undefined },
    'a secret',
  )
  expect(identity).toBeUndefined()
  const [banking] = stateful('postgresql://bank')
  expect(banking?.environment).toMatchObject({ JWKS_URL: '' })
  expect(JSON.parse(banking?.environment['IDENTITY_ISSUERS'] ?? '')).toEqual(issuers)
})

test('All processes that verify tokens get the demo’s provider', async () => {
  const instances = new Map([['banking', 1]])
  const { gateway, stateful, identity } = await describeSystem({ ...settings, instances }, ports, 'a secret')
  expect(identity?.url).toBe('http://localhost:4080')
  for (const { environment } of [gateway, ...stateful('postgresql://bank')])
    expect(environment['IDENTITY_DEMO_ISSUER']).toBe('http://localhost:4080')
})

test('Only the gateway gets the address of the supervisor, with a token of this start', async () => {
  const instances = new Map([
    ['weather', 1],
    ['banking', 1],
  ])
  const environment = { SUPERVISOR_URL: 'http://127.0.0.1:1', SUPERVISOR_TOKEN: 'of another start' }
  const control = { url: 'http://127.0.0.1:2', token: 'of this start' }
  const all = async (given?: typeof control) => {
    const { gateway, stateful, stateless, identity } = await describeSystem(
      { ...settings, instances, environment },
      ports,
      'a secret',
      given,
    )
    const knows = [gateway, ...stateful('postgresql://bank'), ...stateless, identity].filter((each) =>
      Object.keys(each?.environment ?? {}).some((name) => name.startsWith('SUPERVISOR')),
    )
    return knows.map((each) => [
      each?.label,
      each?.environment['SUPERVISOR_URL'],
      each?.environment['SUPERVISOR_TOKEN'],
    ])
  }
  expect(await all(control)).toEqual([['gateway', control.url, control.token]])
  expect(await all()).toEqual([])
})
