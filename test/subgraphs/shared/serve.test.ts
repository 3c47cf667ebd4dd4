import { gzipSync } from 'node:zlib'
import { ApolloServer } from '@apollo/server'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { GraphQLError, GraphQLScalarType } from 'graphql'
import { codedError } from '../../../platform/protocol/errors.ts'
import { CALL_HEADER, SIGNATURE_HEADER, sign } from '../../../platform/protocol/signature.ts'
import { WRITER_HEADER } from '../../../platform/protocol/writer.ts'
import { type RunningService, startService } from '../../../subgraphs/shared/serve.ts'
import type { ServiceRequest } from '../../../subgraphs/shared/service-request.ts'
import { signedCall, TEST_SECRET } from '../../support/signed-call.ts'
import { until } from '../../support/until.ts'

let release: () => void = () => undefined
let able = true
let added = 0

const notes = (kind: 'stateful' | 'stateless') =>
  ({
    name: 'notes',
    kind,
    schema: new URL('fixtures/notes.graphql', import.meta.url),
    settings: {},
    create: async () => ({
      resolvers: {
        Query: {
          note: (_: unknown, { id }: { id: string }) => ({ id }),
          whoAmI: (_: unknown, __: unknown, context: ServiceRequest) => context.authorization,
          on: () => true,
          added: () => added,
          broken: () => {
            throw new Error('connect ECONNREFUSED 10.0.0.7:5432')
          },
          failed: () => ({ text: 'told', id: null }),
          echo: (_: unknown, { range }: { range?: { from: string } }) => JSON.stringify(range ?? null),
          refused: () => {
            throw codedError('FORBIDDEN', 'Not for you.')
          },
          slow: () => new Promise<string>((resolve) => (release = () => resolve('done'))),
        },
        Mutation: {
          add: (_: unknown, { text }: { text: string }) => {
            added += 1
            return { id: text === 'none' ? null : text }
          },
        },
        Day: new GraphQLScalarType({
          name: 'Day',
          parseValue: (value) => {
            if (value === 'nothing') return undefined
            if (value !== 'Monday') throw new GraphQLError('A Day is "Monday".')
            return value
          },
        }),
        Note: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          text: ({ id }: { id: string }) => `note ${id}`,
        },
      },
      context: (request: ServiceRequest) => {
        if (request.authorization === 'Bearer wrong') throw codedError('UNAUTHENTICATED', 'The token is not valid.')
        return { ...request }
      },
      ready: async () => {
        if (!able) throw new Error('the database is away')
      },
    }),
  }) as const

const env = { GATEWAY_SECRET: TEST_SECRET, LOG_LEVEL: 'silent' }

describe('service', () => {
  let service: RunningService
  beforeAll(async () => {
    service = await startService(notes('stateful'), env)
  })
  afterAll(() => service.stop())

  test('Operations and entities signed by the gateway are answered', async () => {
    const { status, data, errors } = await signedCall(service.url, {
      query:
        'query ($r: [_Any!]!) { note(id: "1") { text } _entities(representations: $r) { ... on Note { text } } whoAmI }',
      variables: { r: [{ __typename: 'Note', id: '2' }] },
      authorization: 'Bearer x',
    })
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { note: { text: 'note 1' }, _entities: [{ text: 'note 2' }], whoAmI: 'Bearer x' },
      errors: undefined,
    })
  })

  test('A caller without the signature of the gateway is refused', async () => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body: '{"query":"{ whoAmI }"}' })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] })
  })

  test('A coded error is shown, and every other one is masked', async () => {
    const { data, errors } = await signedCall(service.url, { query: '{ broken refused }' })
    expect(data).toEqual({ broken: null, refused: null })
    expect(errors).toEqual([
      expect.objectContaining({ message: 'Internal error.', path: ['broken'], extensions: { code: 'INTERNAL' } }),
      expect.objectContaining({ message: 'Not for you.', path: ['refused'], extensions: { code: 'FORBIDDEN' } }),
    ])
    expect(JSON.stringify(errors)).not.toMatch(/ECONNREFUSED|10\.0\.0\.7/)
  })

  test.each([
    ['{ on(day: "Friday") }', {}],
    ['{ on(day: 5) }', {}],
    ['{ on(day: "nothing") }', {}],
    ['{ on(days: ["Monday", "Friday"]) }', {}],
    ['{ on(range: {from: "Friday"}) }', {}],
    ['query ($r: Range = {from: "Friday"}) { on(range: $r) }', {}],
    ['query ($d: Day) { on(day: $d) }', { d: 'Friday' }],
    ['query ($r: Range) { on(range: $r) }', { r: { from: 'Friday' } }],
  ])('A wrong value of a custom scalar is bad input, as literal or variable: %s', async (query, variables) => {
    const { status, errors } = await signedCall(service.url, { query, variables })
    expect([status, errors?.map(({ extensions }) => extensions?.['code'])]).toEqual([400, ['BAD_USER_INPUT']])
  })

  test('Valid literals of custom scalars are accepted, and other mistakes keep their own code', async () => {
    const right = await signedCall(service.url, { query: '{ on(day: "Monday", range: {from: "Monday"}) }' })
    expect(right.data).toEqual({ on: true })
    const { errors } = await signedCall(service.url, { query: '{ nothing }' })
    expect(errors?.[0]?.extensions?.['code']).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  test('The answer of a stateful service may never be stored', async () => {
    expect((await signedCall(service.url, { query: '{ whoAmI }' })).headers.get('cache-control')).toBe('no-store')
  })

  test('The health path reports the service, its kind and its readiness', async () => {
    const health = async (path: string) => {
      const response = await fetch(service.url + path)
      return { status: response.status, body: await response.json() }
    }
    const who = { service: 'notes', kind: 'stateful', pid: process.pid }
    expect(await health('/health/live')).toEqual({ status: 200, body: { ...who, status: 'live' } })
    expect(await health('/health/ready')).toEqual({ status: 200, body: { ...who, status: 'ready' } })
    able = false
    expect(await health('/health/ready')).toEqual({ status: 503, body: { ...who, status: 'unavailable' } })
    able = true
  })

  test.each([
    ['a body that is not JSON', 400, async (url: string) => await postSigned(url, '{')],
    ['an unknown path', 405, async (url: string) => await fetch(`${url}/other`, { method: 'POST' })],
    ['another method', 405, async (url: string) => await fetch(`${url}/graphql`, { method: 'PUT' })],
  ])('The answer to %s is %d with JSON', async (_what, status, call) => {
    const response = await call(service.url)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] })
  })

  test.each([
    ['a call', 200, (url: string) => postSigned(url, '{"query":"{ __typename }"}', 'call-1')],
    ['a refused call', 403, (url: string) => fetch(`${url}/graphql`, { method: 'POST', headers: named, body: '{}' })],
    ['a path where nothing is', 404, (url: string) => fetch(`${url}/other`, { headers: named })],
  ])('The answer to %s echoes the call id', async (_what, status, call) => {
    const response = await call(service.url)
    expect([response.status, response.headers.get(CALL_HEADER)]).toEqual([status, 'call-1'])
  })
})

/** Operations and requests of every kind that the pipelines distinguish. */
const asked: readonly [what: string, body: object, authorization?: string][] = [
  ['a query', { query: '{ note(id: "1") { id text } whoAmI }' }, 'Bearer x'],
  ['text beyond ASCII', { query: '{ note(id: "ß “日本”") { text } }' }],
  ['variables', { query: 'query ($r: Range) { echo(range: $r) }', variables: { r: { from: 'Monday' } } }],
  ['variables that are null', { query: 'query ($r: Range) { echo(range: $r) }', variables: null, operationName: null }],
  ['a wrong variable', { query: 'query ($r: Range) { echo(range: $r) }', variables: { r: { from: 'Friday' } } }],
  ['a variable of the wrong kind', { query: 'query ($r: Range) { echo(range: $r) }', variables: { r: 5 } }],
  ['a missing variable', { query: 'query ($r: Range!) { echo(range: $r) }' }],
  ['variables that are a list', { query: 'query ($r: Range) { echo(range: $r) }', variables: [] }],
  ['variables that are a text', { query: 'query ($r: Range) { echo(range: $r) }', variables: '{}' }],
  ['a named operation', { query: 'query A { whoAmI } query B { note(id: "2") { id } }', operationName: 'B' }],
  ['a name that no operation has', { query: 'query A { whoAmI } query B { whoAmI }', operationName: 'C' }],
  ['no name for two operations', { query: 'query A { whoAmI } query B { whoAmI }' }],
  ['a name that is a number', { query: 'query A { whoAmI }', operationName: 5 }],
  ['errors of resolvers', { query: '{ broken refused whoAmI }' }],
  ['an error that takes all data with it', { query: '{ failed { id text } }' }],
  ['a mutation', { query: 'mutation { add(text: "new") { id text } }' }],
  ['a caller whose token is wrong', { query: '{ whoAmI }' }, 'Bearer wrong'],
  ['an extension', { query: '{ whoAmI }', extensions: {} }],
  ['a persisted query', { query: '{ whoAmI }', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
  ['a field that is not of the protocol', { query: '{ whoAmI }', other: 1 }],
  ['a syntax error', { query: '{ whoAmI' }],
  ['a validation error', { query: '{ nothing }' }],
  ['no query', { variables: {} }],
  ['a list', [{ query: '{ whoAmI }' }]],
  ['nothing', {}],
]

describe('an operation that is known', () => {
  let service: RunningService
  beforeAll(async () => {
    service = await startService(notes('stateful'), env)
  })
  afterAll(() => service.stop())

  test.each(asked)(
    'A repeated operation gets the same answer as the first time: %s',
    async (...[what, body, authorization]) => {
      // The same operation with a new text.
      const as = (text: string): unknown =>
        typeof body === 'object' && 'query' in body ? { ...body, query: `${body.query} # ${what}, ${text}` } : body
      const answerTo = async (asking: unknown): Promise<object> => {
        const response = await postSigned(service.url, JSON.stringify(asking), 'call-1', authorization)
        const headers = Object.fromEntries([...response.headers].filter(([name]) => name !== 'date'))
        return { status: response.status, headers, text: await response.text() }
      }
      const first = await answerTo(as('fresh'))
      const { query } = as('known') as { query?: string }
      if (query !== undefined) await signedCall(service.url, { query })
      expect([await answerTo(as('known')), await answerTo(as('known'))]).toEqual([first, first])
    },
  )

  test('A known operation runs without Apollo Server, which parses and validates it once', async () => {
    const query = 'query Once { whoAmI }'
    await signedCall(service.url, { query })
    const run = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest')
    expect((await signedCall(service.url, { query, authorization: 'Bearer y' })).data).toEqual({ whoAmI: 'Bearer y' })
    expect(run).not.toHaveBeenCalled()
    await signedCall(service.url, { query: `${query} ` })
    expect(run).toHaveBeenCalledTimes(1)
    run.mockRestore()
  })

  test('A mutation without data in its answer runs once', async () => {
    added = 0
    const query = 'mutation { add(text: "none") { id text } }'
    for (let count = 0; count < 3; count += 1) await signedCall(service.url, { query })
    const { data } = await signedCall(service.url, { query: '{ added }' })
    expect(data).toEqual({ added: 3 })
  })
})

describe('an operation in an unusual body', () => {
  let service: RunningService
  beforeAll(async () => {
    service = await startService(notes('stateful'), env)
  })
  afterAll(() => service.stop())

  test('An operation in pieces or compressed is answered like a plain one', async () => {
    const body = JSON.stringify({ query: '{ whoAmI }' })
    const plain = await (await postSigned(service.url, body, 'call-1')).text()
    const pieces = new ReadableStream({
      async start(controller) {
        for (const piece of [body.slice(0, 5), body.slice(5)]) {
          controller.enqueue(Buffer.from(piece))
          await new Promise(setImmediate)
        }
        controller.close()
      },
    })
    const chunked = await postSigned(service.url, body, 'call-1', undefined, { body: pieces, duplex: 'half' })
    const packed = await postSigned(service.url, body, 'call-1', undefined, {
      body: gzipSync(body),
      headers: { 'content-encoding': 'gzip' },
    })
    expect([await chunked.text(), await packed.text()]).toEqual([plain, plain])
    expect([chunked.headers.get(CALL_HEADER), packed.headers.get(CALL_HEADER)]).toEqual(['call-1', 'call-1'])
  })
})

const named = { [CALL_HEADER]: 'call-1' }

async function postSigned(
  url: string,
  body: string,
  callId?: string,
  authorization?: string,
  { headers: more, ...sent }: RequestInit & { readonly duplex?: 'half' } = {},
): Promise<Response> {
  const absent = { perspective: undefined, requestId: undefined }
  const parts = { method: 'POST', path: '/graphql', body, authorization, callId, ...absent }
  const headers = {
    [SIGNATURE_HEADER]: sign(TEST_SECRET, parts),
    ...(callId !== undefined && named),
    ...(authorization !== undefined && { authorization }),
    ...(more as Record<string, string>),
  }
  return fetch(`${url}/graphql`, { method: 'POST', headers, body, ...sent })
}

test('A stopping service finishes its running requests', async () => {
  const service = await startService(notes('stateless'), env)
  const answer = signedCall(service.url, { query: '{ slow }' })
  const before = release
  await until(() => release !== before)
  const stopped = service.stop()
  release()
  expect((await answer).data).toEqual({ slow: 'done' })
  await stopped
  await expect(fetch(`${service.url}/health/live`)).rejects.toThrow()
})

test('A service does not start on wrong settings, and reports all of them', async () => {
  await expect(startService(notes('stateless'), { PORT: 'x', GATEWAY_SECRET: 'short' })).rejects.toMatchObject({
    faults: [expect.stringMatching(/^PORT:/), expect.stringMatching(/^GATEWAY_SECRET:/)],
  })
})

test('If one of several instances writes, each answer says whether this instance is the writer now', async () => {
  let writes = true
  const definition = notes('stateful')
  const create = async () => ({ ...(await definition.create()), writes: () => writes })
  const service = await startService({ ...definition, create }, env)
  const asked = async (response: Promise<{ headers: Headers }>) => (await response).headers.get(WRITER_HEADER)
  const answers = () => [
    asked(signedCall(service.url, { query: '{ whoAmI }' })),
    asked(signedCall(service.url, { query: '{ nothing }' })),
    asked(fetch(`${service.url}/graphql`, { method: 'POST', body: '{}' })),
    asked(fetch(`${service.url}/health/ready`)),
  ]
  try {
    expect(await Promise.all(answers())).toEqual(Array(4).fill('yes'))
    const before = release
    const slow = asked(signedCall(service.url, { query: '{ slow }' }))
    await until(() => release !== before)
    writes = false
    release()
    expect(await slow).toBe('no')
    expect(await Promise.all(answers())).toEqual(Array(4).fill('no'))
  } finally {
    await service.stop()
  }
})

test('A service whose instances all write sends no writer header', async () => {
  const service = await startService(notes('stateful'), env)
  const { headers } = await signedCall(service.url, { query: '{ whoAmI }' })
  expect(headers.get(WRITER_HEADER)).toBeNull()
  await service.stop()
})
