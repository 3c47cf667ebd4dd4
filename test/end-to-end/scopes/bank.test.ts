/** The bank alone guards itself behind a gateway that checks nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { banking } from '../../../subgraphs/banking/main.ts'
import { withoutAccessRules } from '../../../tools/compare/without-access-rules.ts'
import { guarded, operationFor, outcomeOf, type Pair, roots, SUPERGRAPH, schema, startPair } from './guarded.ts'

let pair: Pair
beforeAll(async () => {
  pair = await startPair(banking, withoutAccessRules(SUPERGRAPH))
})
afterAll(() => pair?.stop())

test('The gateway of these tests asks the bank for everybody', async () => {
  const before = await pair.calls()
  await pair.ask('{ me { name } }', null)
  expect(await pair.calls()).toBe(before + 1)
})

test('Every mutation needs the scope to write', () => {
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {})
  const needed = new Map(guarded.map(({ coordinate, scope }) => [coordinate, scope]))
  expect(mutations.filter((name) => needed.get(`Mutation.${name}`) !== 'banking:write')).toEqual([])
})

test.each(roots)('The bank refuses $coordinate without $scope', async (each) => {
  expect(outcomeOf(await pair.ask(operationFor(each), null))).toEqual('UNAUTHENTICATED')
  expect(outcomeOf(await pair.ask(operationFor(each), 'content:preview'))).toEqual('FORBIDDEN')
})

test('Callers with the scopes that the schema names are refused nothing', async () => {
  const scope = [...new Set(guarded.map((each) => each.scope))].join(' ')
  for (const each of roots.filter(({ coordinate }) => !coordinate.startsWith('Subscription.')))
    expect(['UNAUTHENTICATED', 'FORBIDDEN']).not.toContain(outcomeOf(await pair.ask(operationFor(each), scope)))
})
