import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { createEngine, type Engine } from '../../../../gateway/execution/engine.ts'
import { createAbort } from '../../../../gateway/traffic/call/abort.ts'
import { callContext } from '../../../support/call-context.ts'
import { mergeParts } from '../support/deferring.ts'
import { type Federation, federate, type TestService } from '../support/federation.ts'
import { planHere } from '../support/plan-here.ts'

const COUNT = 50
const INPUTS = Array.from({ length: 30 }, (_, at) => `input${at}`)
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])'
const items = Array.from({ length: COUNT }, (_, at) => ({ id: `${at}` }))

/** What clients see of an item is small beside what its service needs for it. */
const services: Readonly<Record<string, TestService>> = {
  store: {
    typeDefs: `${LINK}
      type Query { items: [Item!]! }
      type Item @key(fields: "id") { id: ID! }`,
    resolvers: { Query: { items: () => items } },
  },
  inputs: {
    typeDefs: `${LINK}
      type Item @key(fields: "id") { id: ID! ${INPUTS.map((name) => `${name}: Int`).join(' ')} }`,
    resolvers: { Item: Object.fromEntries(INPUTS.map((name) => [name, () => 1])) },
  },
  sums: {
    typeDefs: `${LINK}
      type Item @key(fields: "id") {
        id: ID! ${INPUTS.map((name) => `${name}: Int @external`).join(' ')}
        sum: Int @requires(fields: "${INPUTS.join(' ')}") }`,
    resolvers: {
      Item: { sum: (item: Record<string, number>) => INPUTS.reduce((sum, name) => sum + (item[name] ?? 0), 0) },
    },
  },
}

let federation: Federation
const engines: Engine[] = []
beforeAll(async () => {
  federation = await federate(services)
})
afterAll(() => Promise.all([federation.close(), ...engines.map((engine) => engine.close())]))

async function askInParts(bytes: number) {
  const engine = await createEngine(federation.supergraph, {
    startPlanner: planHere,
    answerLimit: { bytes, exceeded: () => undefined },
  })
  engines.push(engine)
  const query = '{ items { id } ... @defer { items { sum } } }'
  const prepared = engine.prepare(query, parse(query))
  const bound = prepared.bind({}, true)
  const compiled = await prepared.compiled(bound.conditions)
  const run = compiled.executeInParts?.(bound, callContext, federation.sendIn(undefined), createAbort().signal)
  if (!run) throw new Error('Nothing is deferred.')
  return mergeParts(run.parts)
}

test('A deferred part whose inputs are too many to be kept is refused, not cut', async () => {
  const { data, errors } = await askInParts(1_200)
  expect(data).toEqual({ items })
  expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }])
})

test('An answer whose inputs fit is complete', async () => {
  const { data, errors } = await askInParts(100_000)
  expect(errors).toEqual([])
  expect(data).toEqual({ items: items.map((item) => ({ ...item, sum: INPUTS.length })) })
})
