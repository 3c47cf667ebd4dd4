import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { readConfig } from '../../../gateway/config/load.ts'
import { createMask } from '../../../gateway/errors/mask.ts'
import { serviceErrorOf } from '../../../gateway/errors/reported.ts'
import { makeConfigFile } from '../../support/config-file.ts'
import { exampleOf } from '../../support/example.ts'
import { ask, startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { startSubgraph, type TestSubgraph } from '../../support/subgraph.ts'

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])'
const ordersSdl = `${LINK} type Query { order: Order stock: Int other: Int none: Int own: Int denied: Int }
        type Order { item: Item } type Item @key(fields: "id", resolvable: false) { id: ID! }`
const itemsSdl = `${LINK} type Query { item: Int }
        type Item @key(fields: "id") { id: ID! name: String }`
const failing = (message: string, extensions: object) => () => {
  throw Object.assign(new Error(message), { extensions })
}

describe('the example of the page', () => {
  let orders: TestSubgraph
  let items: TestSubgraph
  let gateway: TestGateway
  beforeAll(async () => {
    orders = await startSubgraph({
      sdl: ordersSdl,
      resolvers: {
        Query: {
          order: () => ({ item: { id: 'a' } }),
          stock: failing('Only two are left.', { code: 'OUT_OF_STOCK', item: 'i1', left: 2, price: 7 }),
          other: failing('SELECT * FROM orders', { code: 'DB_DOWN', host: '10.0.0.7' }),
          own: failing('Not found.', { code: 'PERSISTED_QUERY_NOT_FOUND' }),
          denied: failing('Not for you.', { code: 'FORBIDDEN', item: 'i2', internal: 'x' }),
        },
      },
    })
    items = await startSubgraph({
      sdl: itemsSdl,
      resolvers: {
        Query: { item: failing('secret', { code: 'NOT_FOUND', item: 'i3' }) },
        Item: {
          __resolveReference: (item: object) => item,
          name: failing('secret', { code: 'NOT_FOUND', item: 'i4' }),
        },
      },
    })
    gateway = await startTestGateway({
      services: [
        { name: 'orders', sdl: ordersSdl, url: orders.url },
        { name: 'items', sdl: itemsSdl, url: items.url },
      ],
      file: await exampleOf('docs/configuration/errors.md'),
    })
  })
  afterAll(() => Promise.all([gateway.stop(), orders.close(), items.close()]))

  const errorOf = async (query: string) => {
    const [error] = (await ask(gateway.url, query)).errors ?? []
    const { requestId, ...extensions } = error?.extensions ?? {}
    expect(requestId).toEqual(expect.any(String))
    return [error?.message, extensions]
  }

  test('Lets codes, messages and chosen extensions through, and nothing else', async () => {
    expect(await errorOf('{ stock }')).toEqual([
      'Only two are left.',
      { code: 'OUT_OF_STOCK', item: 'i1', left: 2, service: 'orders' },
    ])
    expect(await errorOf('{ other }')).toEqual(['Internal error.', { code: 'DB_DOWN', service: 'orders' }])
    expect(await errorOf('{ denied }')).toEqual(['Not for you.', { code: 'FORBIDDEN', item: 'i2', service: 'orders' }])
  })

  test('A code that only the gateway says stays hidden', async () => {
    expect(await errorOf('{ own }')).toEqual(['Internal error.', { code: 'INTERNAL' }])
  })

  test('The rule for all holds where a service has none, for entities too', async () => {
    expect(await errorOf('{ item }')).toEqual(['Internal error.', { code: 'NOT_FOUND', service: 'items' }])
    expect(await errorOf('{ order { item { name } } }')).toEqual([
      'Internal error.',
      { code: 'NOT_FOUND', service: 'items' },
    ])
  })
})

describe('mask', () => {
  const masked = (rules: object, message: string, extensions: Record<string, unknown>) => {
    const error = jest.fn()
    const originalError = serviceErrorOf('s', message, { message, extensions })
    const mask = createMask({ error } as never, new Map([['s', rules as never]]))
    const hidden = new GraphQLError('Internal error.', {
      originalError,
      extensions: { code: 'INTERNAL', service: 's' },
    })
    return {
      shown: mask(hidden, { requestId: 'r1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
      logged: error.mock.calls.map(([what]) => what),
    }
  }

  test('Hidden parts of an error are logged with the message and the ids of request and trace', () => {
    for (const rules of [{ codes: ['B'] }, { codes: ['A'] }, { defaultCode: 'B' }]) {
      const { shown, logged } = masked(rules, 'a secret', { code: 'A' })
      expect(shown.message).toBe('Internal error.')
      const names = { requestId: 'r1', traceId: '0af7651916cd43dd8448eb211c80319c' }
      expect(logged).toEqual([{ ...names, err: expect.objectContaining({ stack: 's: a secret' }) }])
    }
    expect(masked({ codes: 'all', messages: 'all' }, 'a', { code: 'A' }).logged).toEqual([])
  })

  test('An error without a code gets the default one', () => {
    const { shown } = masked({ defaultCode: 'B', messages: ['B'], serviceName: false }, 'a', { x: 1 })
    expect(shown).toEqual({ message: 'a', extensions: { code: 'B', requestId: 'r1' } })
  })

  test.each([7, 'a b', 'a\n', 'x'.repeat(101), '', 'INTERNAL', 'GRAPHQL_VALIDATION_FAILED', {}, ['A']])(
    'The code %j stays hidden',
    (code) => {
      const { shown } = masked({ codes: 'all', messages: 'all', defaultCode: 'B' }, 'secret', { code })
      expect(shown).toEqual({ message: 'Internal error.', extensions: { code: 'INTERNAL', requestId: 'r1' } })
    },
  )

  test('Messages and extensions stay within their bounds', () => {
    const names = Array.from({ length: 20 }, (_, n) => `e${n}`)
    const extensions = Object.fromEntries(names.map((name) => [name, 'x'.repeat(900)]))
    const rules = { codes: 'all', messages: 'all', extensions: names }
    const { shown } = masked(rules, 'm'.repeat(1e6), { ...extensions, e0: 'x'.repeat(1e6), code: 'A' })
    expect(JSON.stringify(shown).length).toBeLessThan(5_000)
    expect(Object.keys(shown.extensions ?? {})).toEqual(['e1', 'e2', 'e3', 'e4', 'code', 'service', 'requestId'])
  })
})

test.each<[string, string]>([
  [`{ codes: ['INTERNAL'] }`, 'errors.codes'],
  [`{ codes: 'some' }`, "errors.codes: must be 'all' or a list of codes"],
  [`{ defaultCode: 'PERSISTED_QUERY_NOT_FOUND' }`, 'errors.defaultCode: must be codes'],
  [`{ defaultCode: 'a b' }`, 'errors.defaultCode: must be codes'],
  [`{ extensions: ['stacktrace'] }`, 'errors.extensions.0: must be names of extensions'],
  [`{ extensions: ['requestId'] }`, 'errors.extensions.0: must be names of extensions'],
  [`{ message: 'all' }`, 'errors.message: is not a setting; did you mean messages?'],
])('The rules %s are refused', async (rules, message) => {
  const file = await makeConfigFile(`{ errors: ${rules} as never }`)
  await expect(readConfig({}, file.path)).rejects.toThrow(message)
  await file.remove()
})
