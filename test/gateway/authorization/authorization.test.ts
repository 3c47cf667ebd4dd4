/** Access rules, on a supergraph with a directive at every possible kind of place. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import type { Policy } from '../../../gateway/config/sections/authorization.ts'
import { readAccessRules } from '../../../gateway/execution/plan/access-rules.ts'
import { exampleOf, schemaOf } from '../../support/example.ts'
import { ask, composeAt, startTestGateway, type TestGateway, verdict } from '../../support/gateway.ts'
import { type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@external",
  "@requires", "@authenticated", "@requiresScopes", "@policy"])`

const people = {
  sdl: `${LINK}
    type Query {
      open: String
      secret: String @authenticated
      hard: String! @authenticated
      person(id: ID!): Person
      people: [Person!]!
      pets: [Pet]
      pet: Pet
      animal: Animal
      mood: Mood
      word: Word
      vault: Vault
    }
    type Mutation { open: Int close: Int @requiresScopes(scopes: [["close"]]) }
    type Person @key(fields: "id") {
      id: ID!
      name: String
      salary: Int @requiresScopes(scopes: [["pay", "read"], ["boss"]])
      diary: String! @policy(policies: [["owner"], ["doctor", "friend"]])
      boss: Person
    }
    union Pet = Cat | Dog
    interface Animal { name: String legs: Int }
    type Cat implements Animal { name: String legs: Int lives: Int }
    type Dog implements Animal @authenticated { name: String legs: Int @policy(policies: [["owner"]]) bark: String }
    enum Mood @authenticated { GOOD BAD }
    scalar Word @requiresScopes(scopes: [["pay"]])
    type Vault @requiresScopes(scopes: [["vault"]]) { gold: Int }
  `,
  resolvers: {
    Query: {
      open: () => 'open',
      secret: () => 'secret',
      hard: () => 'hard',
      person: (_: unknown, { id }: { id: string }) => personOf(id),
      people: () => ['1', '2'].map(personOf),
      pets: () => [cat, dog, cat],
      pet: () => dog,
      animal: () => cat,
      mood: () => 'GOOD',
      word: () => 'word',
      vault: () => ({ gold: 1 }),
    },
    Mutation: { open: () => 1, close: () => 2 },
    Person: { __resolveReference: ({ id }: { id: string }) => personOf(id) },
  },
}
const personOf = (id: string): object => ({
  id,
  name: `name ${id}`,
  salary: 100,
  diary: `diary ${id}`,
  boss: () => personOf('9'),
})
const cat = { __typename: 'Cat', name: 'Tom', legs: 4, lives: 9 }
const dog = { __typename: 'Dog', name: 'Rex', legs: 4, bark: 'woof' }

const money = {
  sdl: `${LINK}
    type Person @key(fields: "id") {
      id: ID!
      salary: Int @external
      tax: Int @requires(fields: "salary") @requiresScopes(scopes: [["pay", "read"], ["boss"]])
      iban: String @authenticated
      bank: String
    }`,
  resolvers: {
    Person: {
      __resolveReference: ({ id, salary }: { id: string; salary?: number }) => ({ id, salary }),
      tax: ({ salary }: { salary: number }) => salary / 2,
      iban: ({ id }: { id: string }) => `iban ${id}`,
      bank: ({ id }: { id: string }) => `bank ${id}`,
    },
  },
}

let provider: IdentityProvider
let subgraphs: TestSubgraph[]
let gateway: TestGateway
let granted: Record<string, Policy>
const asked: string[] = []

const settings = (onForbidden: 'null' | 'refuse') => {
  const policy =
    (name: string): Policy =>
    async (request) => {
      asked.push(name)
      return granted[name]?.(request) ?? false
    }
  const policies = { owner: policy('owner'), doctor: policy('doctor'), friend: policy('friend') }
  return { authorization: { onForbidden, policies, timeout: 1_000 } }
}

const open = (onForbidden: 'null' | 'refuse'): Promise<TestGateway> =>
  startTestGateway({
    services: [
      { name: 'people', sdl: people.sdl, url: subgraphs[0]?.url ?? '' },
      { name: 'money', sdl: money.sdl, url: subgraphs[1]?.url ?? '' },
    ],
    env: {
      ...provider.env,
      STATELESS: 'money',
    },
    config: settings(onForbidden),
  })

beforeAll(async () => {
  provider = await startIdentityProvider()
  subgraphs = [await startSubgraph(people), await startSubgraph(money)]
  gateway = await open('null')
})
beforeEach(() => {
  granted = {}
  asked.length = 0
  for (const { calls } of subgraphs) calls.length = 0
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all(subgraphs.map((subgraph) => subgraph.close()))
  await provider.close()
})

/** All that was asked of services, as one text. */
const questions = (): string =>
  subgraphs
    .flatMap(({ calls }) => calls.map(({ body }) => `${body.query} ${JSON.stringify(body.variables)}`))
    .join('\n')

const signedIn = async (scope = ''): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await provider.token({ scope })}`,
})

/** `path CODE` of each error. */
const refusals = (answer: Awaited<ReturnType<typeof ask>>): string[] =>
  (answer.errors ?? []).map(({ path, extensions }) => `${path?.join('.') ?? ''} ${extensions['code']}`).sort()

describe('what a caller may not see', () => {
  test.each([
    ['{ open secret }', { open: 'open', secret: null }, ['secret UNAUTHENTICATED'], 'secret'],
    ['{ open a: secret b: secret }', { open: 'open', a: null, b: null }, ['a', 'b'], 'secret'],
    ['{ open hard }', null, ['hard'], 'hard'],
    ['{ secret }', { secret: null }, ['secret'], 'secret'],
    [
      '{ open ... on Query { secret } ...F } fragment F on Query { secret mood }',
      { open: 'open', secret: null, mood: null },
      ['mood', 'secret'],
      'mood',
    ],
    ['{ open mood }', { open: 'open', mood: null }, ['mood'], 'mood'],
    ['{ open word }', { open: 'open', word: null }, ['word'], 'word'],
    ['{ open vault { gold } }', { open: 'open', vault: null }, ['vault'], 'vault'],
    ['{ person(id: 1) { name salary } }', { person: { name: 'name 1', salary: null } }, ['person.salary'], 'salary'],
    [
      '{ people { name salary } }',
      {
        people: [
          { name: 'name 1', salary: null },
          { name: 'name 2', salary: null },
        ],
      },
      ['people.0.salary', 'people.1.salary'],
      'salary',
    ],
    ['{ person(id: 1) { name tax } }', { person: { name: 'name 1', tax: null } }, ['person.tax'], 'salary'],
    ['{ person(id: 1) { bank iban } }', { person: { bank: 'bank 1', iban: null } }, ['person.iban'], 'iban'],
    [
      '{ person(id: 1) { boss { boss { iban bank } } } }',
      { person: { boss: { boss: { iban: null, bank: 'bank 9' } } } },
      ['person.boss.boss.iban'],
      'iban',
    ],
    ['{ open animal { name } }', { open: 'open', animal: null }, ['animal'], 'animal'],
    [
      '{ pets { __typename ... on Cat { lives } ... on Dog { bark } } }',
      { pets: [{ __typename: 'Cat', lives: 9 }, null, { __typename: 'Cat', lives: 9 }] },
      ['pets.1'],
      'bark',
    ],
    [
      '{ pets { ... on Animal { n: name } } }',
      { pets: [{ n: null }, null, { n: null }] },
      ['pets.0.n', 'pets.1', 'pets.2.n'],
      'bark',
    ],
    ['{ pet { ... on Dog { bark } } }', { pet: null }, ['pet'], 'bark'],
    ['{ open s: secret @include(if: true) t: secret @skip(if: true) }', { open: 'open', s: null }, ['s'], 'secret'],
    [
      '{ __typename secret __schema { queryType { name } } }',
      { __typename: 'Query', secret: null, __schema: { queryType: { name: 'Query' } } },
      ['secret'],
      'secret',
    ],
    ['mutation { open close }', { open: 1, close: null }, ['close'], 'close'],
    ['mutation { close open }', { open: 1, close: null }, ['close'], 'close'],
  ])('%s is null without being asked of a service', async (query, data, paths, forbidden) => {
    const answer = await ask(gateway.url, query)
    expect(refusals(answer)).toEqual(
      paths.map((path) => (path.includes(' ') ? path : `${path} UNAUTHENTICATED`)).sort(),
    )
    expect(answer.data).toEqual(data)
    expect(questions()).not.toContain(forbidden)
  })

  test.each([
    ['', '{ open secret hard mood }', { open: 'open', secret: 'secret', hard: 'hard', mood: 'GOOD' }, []],
    ['', '{ open word }', { open: 'open', word: null }, ['word FORBIDDEN']],
    [
      'pay',
      '{ word person(id: 1) { salary } }',
      { word: 'word', person: { salary: null } },
      ['person.salary FORBIDDEN'],
    ],
    ['read pay', '{ person(id: 1) { salary tax } }', { person: { salary: 100, tax: 50 } }, []],
    [
      'boss',
      '{ person(id: 1) { salary tax } word }',
      { person: { salary: 100, tax: 50 }, word: null },
      ['word FORBIDDEN'],
    ],
    ['read', '{ person(id: 1) { tax } }', { person: { tax: null } }, ['person.tax FORBIDDEN']],
    ['', '{ pets { ... on Dog { bark } } }', { pets: [{}, { bark: 'woof' }, {}] }, []],
    [
      '',
      '{ pets { ... on Dog { legs } ... on Cat { lives } } }',
      { pets: [{ lives: 9 }, { legs: null }, { lives: 9 }] },
      ['pets.1.legs FORBIDDEN'],
    ],
  ])('With the scopes "%s" %s gives what those allow', async (scope, query, data, paths) => {
    const answer = await ask(gateway.url, query, await signedIn(scope))
    expect(refusals(answer)).toEqual(paths)
    expect(answer.data).toEqual(data)
  })

  test('None of it takes the exact path, which is slow', async () => {
    await ask(gateway.url, '{ people { name salary iban } pets { ... on Dog { bark } } animal { name } }')
    const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text()
    expect(metrics).toMatch(/^tributary_exact_executions_total(\{.*\})? 0$/m)
  })
})

describe('policies', () => {
  const diary = '{ person(id: 1) { name diary } }'
  const seen = { person: { name: 'name 1', diary: 'diary 1' } }

  test.each([
    [['owner'], seen, []],
    [['doctor', 'friend'], seen, []],
    [['doctor'], { person: null }, ['person.diary FORBIDDEN']],
    [[], { person: null }, ['person.diary FORBIDDEN']],
  ])('With %j granted a diary is %j', async (names, data, paths) => {
    granted = Object.fromEntries(names.map((name) => [name, () => true]))
    const answer = await ask(gateway.url, diary)
    expect(answer.data).toEqual(data)
    expect(refusals(answer)).toEqual(paths)
  })

  test('Each policy function is called once per request, with the caller, for any number of fields', async () => {
    granted = { owner: ({ caller, headers }) => caller?.id === 'payer' && headers['x-own'] === 'yes' }
    const headers = { ...(await signedIn()), 'x-own': 'yes' }
    const answer = await ask(gateway.url, '{ people { a: diary b: diary } person(id: 1) { diary } }', headers)
    expect(refusals(answer)).toEqual([])
    expect(asked.sort()).toEqual(['doctor', 'friend', 'owner'])
  })

  test('A policy is told the name of the operation that runs, and cannot change what others are told', async () => {
    const told: unknown[] = []
    granted = {
      owner: ({ operationName, headers }) => {
        told.push([operationName, headers['x-own']])
        Reflect.deleteProperty(headers, 'x-own')
        return true
      },
    }
    const query = 'query Read { person(id: 1) { diary } }'
    for (const operationName of [undefined, 'Read'])
      await ask(gateway.url, { query, ...(operationName && { operationName }) }, { 'x-own': 'yes' })
    expect(told).toEqual(Array(2).fill(['Read', 'yes']))
  })

  test.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['never answers', () => new Promise<boolean>(() => {})],
    ['answers with something else than true', () => JSON.parse('"yes"')],
  ])('One that %s allows nothing, and the rest of the answer is there', async (_what, policy) => {
    granted = { owner: policy }
    const answer = await ask(gateway.url, `{ open person(id: 1) { diary } }`)
    expect(answer.data).toEqual({ open: 'open', person: null })
    expect(refusals(answer)).toEqual(['person.diary FORBIDDEN'])
    expect(JSON.stringify(answer)).not.toContain('broken')
  })

  test('A policy that changes what it was told changes it for nobody else', async () => {
    const told: unknown[] = []
    granted = {
      owner({ caller, headers, variables }) {
        told.push([caller?.claims['sub'], caller?.scopes.has('boss'), headers['x-own'], variables['id']])
        Object.assign(caller?.claims ?? {}, { sub: 'another' })
        ;(caller?.scopes as Set<string> | undefined)?.add('boss')
        Object.assign(headers, { 'x-own': 'changed' })
        Object.assign(variables, { id: '2' })
        return true
      },
    }
    const headers = { ...(await signedIn()), 'x-own': 'yes' }
    const query = 'query ($id: ID!) { person(id: $id) { name diary } }'
    for (const _ of 'ab')
      expect((await ask(gateway.url, { query, variables: { id: '1' } }, headers)).data).toEqual(seen)
    expect(told).toEqual(Array(2).fill(['payer', false, 'yes', '1']))
  })

  test('An operation without them asks none', async () => {
    await ask(gateway.url, '{ open secret }')
    expect(asked).toEqual([])
  })

  test('A fragment of another operation of the document asks none', async () => {
    const query = 'query A { open } query B { people { ...Private } } fragment Private on Person { diary }'
    await ask(gateway.url, { query, operationName: 'A' })
    expect(asked).toEqual([])
  })
})

describe('what callers share', () => {
  test('Answers that depend on the caller are in no shared cache, and go to no other caller', async () => {
    const query = '{ person(id: 1) { bank iban } }'
    const known = await signedIn()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask(gateway.url, query, index % 2 === 0 ? known : {})),
    )
    for (const [index, { data, headers }] of answers.entries()) {
      expect(data.person.iban).toBe(index % 2 === 0 ? 'iban 1' : null)
      expect(headers.get('cache-control')).not.toContain('public')
    }
  })

  test('If so configured, the whole request is refused, and no service is called', async () => {
    const strict = await open('refuse')
    try {
      const signedOut = await ask(strict.url, '{ open secret }')
      expect([verdict(signedOut), signedOut.data]).toEqual(['401 UNAUTHENTICATED', undefined])
      const lacking = await ask(strict.url, '{ open word }', await signedIn())
      expect([verdict(lacking), lacking.data]).toEqual(['403 FORBIDDEN', undefined])
      expect(questions()).toBe('')
      const both = 'query A { open } query B { ...Hidden } fragment Hidden on Query { secret }'
      expect((await ask(strict.url, { query: both, operationName: 'A' })).data).toEqual({ open: 'open' })
      expect(verdict(await ask(strict.url, { query: both, operationName: 'B' }))).toBe('401 UNAUTHENTICATED')
      expect((await ask(strict.url, '{ open secret }', await signedIn())).data).toEqual({
        open: 'open',
        secret: 'secret',
      })
    } finally {
      await strict.stop()
    }
  })
})

describe('the example of the page', () => {
  const PAGE = 'docs/configuration/authorization.md'
  const query = '{ person { name salary diary } vault { gold } }'
  let issuer: IdentityProvider
  let service: TestSubgraph
  let sdl: string
  beforeAll(async () => {
    issuer = await startIdentityProvider('https://id.example')
    sdl = `${await schemaOf(PAGE)} type Query { person: Person vault: Vault }`
    const person = { name: 'Ann', salary: 100, diary: 'dear' }
    service = await startSubgraph({ sdl, resolvers: { Query: { person: () => person, vault: () => ({ gold: 1 }) } } })
  })
  afterAll(() => Promise.all([issuer.close(), service.close()]))

  const start = async (change: (file: string) => string = (file) => file): Promise<TestGateway> =>
    startTestGateway({
      services: [{ name: 'people', sdl, url: service.url }],
      file: change((await exampleOf(PAGE)).replace('https://id.example/jwks', issuer.jwksUrl)),
    })
  const signed = async (claims: Readonly<Record<string, unknown>>): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await issuer.token({ aud: 'people', scope: '', ...claims })}`,
  })

  test('Shows each caller what the directives and the policy allow', async () => {
    const own = await start()
    const [salary, diary, vault] = ['person.salary FORBIDDEN', 'person.diary FORBIDDEN', 'vault UNAUTHENTICATED']
    const seen = async (headers = {}) => {
      const answer = await ask(own.url, query, headers)
      return [answer.data.person.salary, answer.data.person.diary, answer.data.vault?.gold, refusals(answer)]
    }
    try {
      expect(await seen()).toEqual([null, null, undefined, [diary, 'person.salary UNAUTHENTICATED', vault]])
      expect(await seen({ role: 'doctor' })).toEqual(await seen())
      expect(await seen(await signed({}))).toEqual([null, null, 1, [diary, salary]])
      expect(await seen(await signed({ scope: 'pay' }))).toEqual([null, null, 1, [diary, salary]])
      expect(await seen(await signed({ scope: 'pay read' }))).toEqual([100, null, 1, [diary]])
      expect(await seen(await signed({ scope: 'boss', role: 'nurse' }))).toEqual([100, null, 1, [diary]])
      expect(await seen(await signed({ role: 'doctor' }))).toEqual([null, 'dear', 1, [salary]])
    } finally {
      await own.stop()
    }
  })

  test('Refuses whole requests with its other setting', async () => {
    const own = await start((file) => file.replace("'null', // or 'refuse'", "'refuse',"))
    try {
      expect(verdict(await ask(own.url, query))).toBe('401 UNAUTHENTICATED')
      expect(verdict(await ask(own.url, query, await signed({ scope: 'boss' })))).toBe('403 FORBIDDEN')
      expect(verdict(await ask(own.url, query, await signed({ scope: 'boss', role: 'doctor' })))).toBe('200 OK')
    } finally {
      await own.stop()
    }
  })
})

describe('rules as they may be written', () => {
  const supergraphOf = (rule: string): string =>
    composeAt([{ name: 'one', sdl: `${LINK} type Query { a: Int ${rule} }`, url: 'http://127.0.0.1:1' }])

  test.each([
    ['@policy(policies: "a")', [['a']]],
    ['@policy(policies: ["a"])', [['a']]],
    ['@requiresScopes(scopes: ["a", ["b", "c"]])', [['a'], ['b', 'c']]],
    ['@requiresScopes(scopes: [["a"], "b"])', [['a'], ['b']]],
    ['@requiresScopes(scopes: [])', []],
  ])('%s asks for one of %j', (rule, anyOf) => {
    expect(readAccessRules(parse(supergraphOf(rule))).requirements).toEqual([expect.objectContaining({ anyOf })])
  })

  test.each([
    ['/v0.1"', ', import: {name: "@policy", as: "@may"}'],
    ['/v0.1/"', ', import: [{name: "@policy", as: "@may"}]'],
    ['/v0.1/"', ', as: "may"'],
  ])('A rule counts by the name that its link gives it: %s%s', (version, naming) => {
    const link = '@link(url: "https://specs.apollo.dev/policy/v0.1"'
    const written = supergraphOf('@policy(policies: [["a"]])')
    expect(written).toContain(link)
    const renamed = written
      .replace(link, link.replace('/v0.1"', version) + naming)
      .replaceAll('@policy(pol', '@may(pol')
    expect(readAccessRules(parse(renamed)).fields.get('Query.a')).toEqual([0])
  })

  test.each(['5', '[5]', '[[5]]', '[null]', '[["a", null]]', '{a: "a"}', '[["a"], [true]]'])(
    'Names of policies that are %s are refused, and grant nobody anything',
    (names) => {
      const supergraph = supergraphOf('@policy(policies: [["a"]])').replace('policies: [["a"]]', `policies: ${names}`)
      expect(() => readAccessRules(parse(supergraph))).toThrow('It has @policy with something else than lists of names')
    },
  )
})

describe('a supergraph that the gateway cannot decide about', () => {
  const start = (sdl: string, env: Readonly<Record<string, string>>, config = {}) =>
    startTestGateway({ services: [{ name: 'one', sdl: `${LINK} ${sdl}`, url: 'http://127.0.0.1:1' }], env, config })

  test.each([
    ['type Query { a: Int @authenticated }', /no issuer of tokens is set/],
    ['type Query { a: Int @requiresScopes(scopes: [["x"]]) }', /no issuer of tokens is set/],
    ['type Query { a: Int @policy(policies: [["x", "y"], ["toString"]]) }', /does not have: toString, x, y\./],
  ])('%s is refused at the start in words', async (sdl, reason) => {
    await expect(start(sdl, {})).rejects.toThrow(reason)
  })

  test('One function may answer all policies of a request at once', async () => {
    const questions: string[][] = []
    let answerWith: () => Iterable<string> | Promise<Iterable<string>> = () => ['x']
    const policies = (names: readonly string[]): Iterable<string> | Promise<Iterable<string>> => {
      questions.push([...names].sort())
      return answerWith()
    }
    const service = await startSubgraph({
      sdl: `${LINK} type Query { a: Int @policy(policies: [["x"]]) b: Int @policy(policies: [["y"]]) }`,
      resolvers: { Query: { a: () => 1, b: () => 2 } },
    })
    const sdl = `${LINK} type Query { a: Int @policy(policies: [["x"]]) b: Int @policy(policies: [["y"]]) }`
    const own = await startTestGateway({
      services: [{ name: 'one', sdl, url: service.url }],
      config: { authorization: { onForbidden: 'null', policies, timeout: 1_000 } },
    })
    try {
      const answer = await ask(own.url, '{ a b }')
      expect(answer.data).toEqual({ a: 1, b: null })
      expect(questions).toEqual([['x', 'y']])
      for (const given of ['true', '"x"', 'null', '5', '{}', '[true]']) {
        answerWith = () => JSON.parse(given) as string[]
        const nothing = await ask(own.url, '{ a b }')
        expect([given, nothing.data, refusals(nothing)]).toEqual([
          given,
          { a: null, b: null },
          ['a FORBIDDEN', 'b FORBIDDEN'],
        ])
      }
      answerWith = () => Promise.resolve(new Set(['y']))
      expect((await ask(own.url, '{ a b }')).data).toEqual({ a: null, b: 2 })
    } finally {
      await own.stop()
      await service.close()
    }
  })
})
