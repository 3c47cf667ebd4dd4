import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { buildSchema, type GraphQLSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { fillPlaceholders } from '../../../gateway/operations/placeholders.ts'
import { readShippedOperations, type ShippedOperation } from '../../../gateway/operations/shipped.ts'

let schema: GraphQLSchema
let operations: readonly ShippedOperation[]
beforeAll(async () => {
  schema = buildSchema(await readFile(new URL('../../../gateway/schema.graphql', import.meta.url), 'utf8'))
  operations = await readShippedOperations()
})

const definitionOf = ({ name, document }: ShippedOperation) => {
  const definition = getOperationAST(parse(document))
  if (!definition) throw new Error(`${name} has not exactly one operation.`)
  return definition
}

describe('shipped operations', () => {
  test('Shipped operations come in the order of their file names, the main query first', () => {
    expect(operations.map(({ name }) => name)).toEqual(operations.map(({ name }) => name).toSorted())
    expect(operations).toHaveLength(7)
    expect(definitionOf(operations[0] as ShippedOperation).name?.value).toBe('Overview')
  })

  test('Each shipped operation has a comment and a unique name, and fits the public schema', () => {
    const names = new Set(operations.map((operation) => definitionOf(operation).name?.value))
    expect(names.size).toBe(operations.length)
    for (const operation of operations) {
      expect(operation.document).toMatch(/^# [A-Z].*\.\n(query|mutation|subscription) \w/s)
      expect(validate(schema, parse(operation.document))).toEqual([])
    }
  })

  test('Each shipped operation has the variables it needs', () => {
    for (const operation of operations) {
      const { variableDefinitions = [] } = definitionOf(operation)
      const { errors } = getVariableValues(schema, variableDefinitions, fillPlaceholders(operation.variables))
      expect({ name: operation.name, errors }).toEqual({ name: operation.name, errors: undefined })
      const declared = variableDefinitions.map(({ variable }) => variable.name.value)
      expect(Object.keys(operation.variables).filter((name) => !declared.includes(name))).toEqual([])
    }
  })

  test('The page runs only the first operation by itself, and that one only reads', () => {
    expect(definitionOf(operations[0] as ShippedOperation).operation).toBe('query')
  })

  test('A shipped mutation gets a new key each time, the same at every place, and other texts stay unchanged', () => {
    for (const operation of operations.filter((each) => definitionOf(each).operation === 'mutation'))
      expect(operation.variables).toMatchObject({ input: { idempotencyKey: '{{key}}' } })
    const given = { one: '{{key}}', all: ['{{key}}', '{{tomorrow}}'], text: 'constructor', number: 1, none: null }
    const now = Date.parse('2026-12-31T23:00:00Z')
    const first = fillPlaceholders(given, now)
    expect(first).toEqual({
      ...given,
      one: expect.stringMatching(/^playground-\w{32}$/),
      all: [first.one, '2027-01-01'],
    })
    expect(fillPlaceholders(given, now).one).not.toBe(first.one)
  })
})
