import { readFile } from 'node:fs/promises'
import type { ApolloGateway, GraphQLDataSource } from '@apollo/gateway'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type GraphQLSchema, parse, printSchema, validate } from 'graphql'
import { DEFER } from '../../../gateway/execution/plan/api-schema.ts'
import { readShippedOperations } from '../../../gateway/operations/shipped.ts'
import { withoutAccessRules } from '../../../tools/compare/without-access-rules.ts'
import { log } from '../../support/log.ts'

const unreachable: GraphQLDataSource = {
  process: async () => {
    throw new Error('Nothing is called here.')
  },
}

let stock: ApolloGateway
let schema: GraphQLSchema
beforeAll(async () => {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true' // before it is loaded, or it calls home
  const { ApolloGateway } = await import('@apollo/gateway')
  const committed = await readFile(new URL('../../../gateway/supergraph.graphql', import.meta.url), 'utf8')
  // It refuses supergraphs that say who may see what.
  const supergraphSdl = withoutAccessRules(committed)
  stock = new ApolloGateway({ supergraphSdl, buildService: () => unreachable, logger: log })
  schema = (await stock.load({})).schema
})
afterAll(() => stock.stop())

describe('stock @apollo/gateway', () => {
  test('The stock @apollo/gateway serves the same public schema from the committed supergraph, without @defer', async () => {
    const committed = await readFile(new URL('../../../gateway/schema.graphql', import.meta.url), 'utf8')
    expect(`${printSchema(schema).trim()}\n${DEFER}`.trim()).toBe(committed.trim())
  })

  test('Every shipped operation is valid in the stock @apollo/gateway', async () => {
    const operations = await readShippedOperations()
    expect(operations.length).toBeGreaterThanOrEqual(6)
    for (const { name, document } of operations) {
      expect({ name, faults: validate(schema, parse(document)) }).toEqual({ name, faults: [] })
    }
  })
})
