import { expect, test } from '@jest/globals'
import { buildSchema, printSchema } from 'graphql'
import { createPlanner } from '../../../../gateway/execution/plan/planner.ts'
import { printBuiltSchema } from '../../../../gateway/execution/plan/print-schema.ts'
import { composeTest } from '../support/federation.ts'

const sdl = `directive @sized(by: JSON = {a: 1}) on FIELD

scalar JSON

type Query implements Searched {
  search(filter: JSON = {kind: "x", sizes: [1, 2]}, plain: JSON = "text", all: [JSON!] = [{a: null}]): Int
  ordered(order: Order = {by: {first: "name"}}): Int
}

interface Searched {
  search(filter: JSON = [], plain: JSON = "text", all: [JSON!]): Int
}

input Order {
  by: JSON = {}
}`

test('Defaults of custom scalars that are objects or lists are printed as they were written', () => {
  expect(() => printSchema(buildSchema(sdl))).toThrow('Cannot convert value to AST')
  expect(printBuiltSchema(buildSchema(sdl))).toBe(sdl)
})

test('A supergraph may have such defaults', () => {
  const supergraph = composeTest({
    one: { typeDefs: 'scalar JSON type Query { search(filter: JSON = {kind: ["x"]}): Int }', resolvers: {} },
  })
  expect(createPlanner(supergraph).facts.apiSchema.join('\n')).toContain('search(filter: JSON = {kind: ["x"]}): Int')
})
