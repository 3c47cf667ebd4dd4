import { expect, test } from '@jest/globals'
import { buildSchema } from 'graphql'
import { budgetsSection } from '../../../gateway/config/sections/budgets.ts'
import type { Cors } from '../../../gateway/config/sections/cors.ts'
import { createDocuments } from '../../../gateway/document/documents.ts'
import { type Exchange, openExchange } from '../../../gateway/exchange/exchange.ts'
import { defaultLimits, limitOf } from '../../../gateway/limits/limits.ts'
import { admit } from '../../../gateway/request/admit.ts'
import { createBuckets } from '../../../gateway/request/policies/budget.ts'
import { createPolicies } from '../../../gateway/request/policies.ts'

const schema = buildSchema('type Query { a: Int }')
const declared = { weights: new Map(), sizes: new Map() }

function exchangeOf(address: string, query: string): Exchange {
  const request = { method: 'POST', url: '/graphql', headers: {}, address: () => address, readText: () => '' }
  const parameters = { query, operationName: undefined, variables: undefined, extensions: undefined }
  return Object.assign(openExchange(request, 'test'), { parameters })
}

const idle = async (): Promise<void> => {
  for (let n = 0; n < 5; n += 1) await new Promise(setImmediate)
}

/** Admits texts for callers, and lists the texts that were parsed, in order. */
async function bench(limits = defaultLimits) {
  await idle() // waits for pieces of other tests
  const cors: Cors = { origins: [], allowedHeaders: [], exposedHeaders: [] }
  const policies = createPolicies({
    limits,
    measuring: undefined,
    budgets: budgetsSection.parse({}),
    reportMeasured: () => undefined,
    buckets: createBuckets(),
    gateways: 1,
    cors,
    clientHeaders: [],
    identity: undefined,
    operations: { batchSize: 0 },
    reportUnlisted: () => undefined,
    hooks: { request: [], message: [], beforeDocument: () => [] },
    redis: undefined,
    verify: undefined,
  })({ introspection: true, isCallerRequired: false, safelist: undefined, lists: undefined, texts: undefined })
  const read: string[] = []
  const documents = createDocuments({ schema, declared, limits }, [
    (document) => {
      const [operation] = document.definitions
      read.push(operation?.kind === 'OperationDefinition' ? (operation.name?.value ?? '') : '')
    },
  ])
  const ask = async (address: string, name: string, field = 'a') =>
    admit(exchangeOf(address, `query ${name} { ${field} }`), documents, policies)
  return { ask, read }
}

const codeOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'OK',
    (error: { errors?: unknown[]; extensions?: { code: string } }) =>
      error.errors ? 'invalid' : error.extensions?.code,
  )

test('New documents of a flood are parsed one by one, and another caller waits for only one of them', async () => {
  const { ask, read } = await bench()
  const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => ask('192.0.2.1', name))
  const other = ask('192.0.2.2', 'b')
  expect(read).toEqual(['a1'])
  await Promise.all([...flood, other])
  expect(read).toEqual(['a1', 'a2', 'b', 'a3', 'a4'])
})

test('A known document does not wait for new ones', async () => {
  const { ask, read } = await bench()
  await ask('192.0.2.2', 'known')
  await idle()
  const flood = ['a1', 'a2', 'a3'].map((name) => ask('192.0.2.1', name))
  await ask('192.0.2.2', 'known')
  expect(read).toEqual(['known', 'a1'])
  await Promise.all(flood)
})

test('A caller may have as many documents waiting as operations; one more is refused', async () => {
  const { ask, read } = await bench({ ...defaultLimits, operationsWaiting: 2 })
  const flood = ['a1', 'a2', 'a3', 'a4'].map((name) => ask('192.0.2.1', name))
  const [refusal] = await Promise.all(flood.splice(3).map((asked) => asked.catch((error: unknown) => error)))
  expect(limitOf(refusal)).toBe('operationsWaiting')
  await Promise.all(flood)
  expect(read).toEqual(['a1', 'a2', 'a3'])
})

test('Waiting documents are not parsed once earlier ones have used up the budget', async () => {
  const { ask, read } = await bench({ ...defaultLimits, costPerMinute: 1_500 })
  const flood = ['a1', 'a2', 'a3'].map((name) => codeOf(ask('192.0.2.1', name, 'missing')))
  expect(await Promise.all(flood)).toEqual(['invalid', 'invalid', 'BUDGET_EXHAUSTED'])
  expect(read).toEqual(['a1', 'a2'])
})
