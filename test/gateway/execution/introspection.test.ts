import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, parseValue } from 'graphql'
import { type Federation, federate } from './support/federation.ts'

/** Each default of an argument or input field, by its place. */
const defaults: Readonly<Record<string, string>> = {
  'Query.plain.object': '{size: 1, inner: [{size: 2, colour: RED}]}',
  'Query.plain.list': '[{size: 1}, {colour: BLUE}]',
  'Query.plain.enums': '[RED, BLUE]',
  'Query.plain.text': '"a \\"b\\""',
  'Query.plain.nothing': 'null',
  'Query.custom.object': '{any: {of: [1, "x", 1.5, null, true]}}',
  'Query.custom.list': '[1, [2]]',
  'Query.custom.text': '"text"',
  'Query.custom.number': '5',
  'Query.custom.objects': '[{a: 1}, [2]]',
  'Query.custom.empty': '{}',
  'Query.mixed.own': '{json: {a: [1]}}',
  'Filter.json': '{deep: [{colour: "RED"}]}',
  'Filter.size': '3',
}

const typeDefs = `
  scalar JSON
  enum Colour { RED BLUE }
  input Plain { size: Int inner: [Plain!] colour: Colour }
  input Inherited { constructor: String, size: Int }
  input Filter { json: JSON = ${defaults['Filter.json']} size: Int = 3 }
  type Query {
    plain(object: Plain = ${defaults['Query.plain.object']}, list: [Plain!] = ${defaults['Query.plain.list']},
      enums: [Colour!] = [RED, BLUE], text: String = ${defaults['Query.plain.text']}, nothing: Plain = null): Int
    custom(object: JSON = ${defaults['Query.custom.object']}, list: JSON = [1, [2]], text: JSON = "text", number: JSON = 5,
      objects: [JSON] = ${defaults['Query.custom.objects']}, empty: JSON = {}): Int
    mixed(own: Filter = ${defaults['Query.mixed.own']}): Int
    inherited(own: Inherited): Int
  }`

let federation: Federation
beforeAll(async () => {
  federation = await federate({ one: { typeDefs, resolvers: {} } })
})
afterAll(() => federation.close())

interface Input {
  readonly name: string
  readonly defaultValue: string | null
}

test('Introspection gives every default as a GraphQL literal', async () => {
  const query = `{ __schema { types { name fields { name args { ...I } } inputFields { ...I } } } }
    fragment I on __InputValue { name defaultValue }`
  const { data, errors } = await federation.ask(query)
  expect(errors).toEqual([])
  const { types } = (data as { __schema: { types: readonly TypeTold[] } }).__schema
  const told = types.flatMap(({ name, fields, inputFields }) => [
    ...(inputFields ?? []).map((input) => [`${name}.${input.name}`, input.defaultValue]),
    ...(fields ?? []).flatMap((field) =>
      field.args.map((input) => [`${name}.${field.name}.${input.name}`, input.defaultValue]),
    ),
  ])
  const given = Object.fromEntries(told.filter(([place]) => defaults[place as string] !== undefined))
  // What a default leaves out, its type's defaults may fill in.
  expect(given).toEqual({ ...defaults, 'Query.mixed.own': expect.stringContaining('json: {a: [1]}') })
  for (const literal of Object.values(given)) expect(() => parseValue(String(literal))).not.toThrow()
})

interface TypeTold {
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly args: readonly Input[] }[] | null
  readonly inputFields: readonly Input[] | null
}

test('Tools rebuild the schema from the standard introspection query', async () => {
  const { data } = await federation.ask(getIntrospectionQuery())
  const schema = buildClientSchema(Object(data) as IntrospectionQuery)
  const arguments_ = schema
    .getQueryType()
    ?.getFields()
    ['plain']?.args.map(({ name, defaultValue }) => [name, defaultValue])
  expect(Object.fromEntries(arguments_ ?? [])['object']).toEqual({ size: 1, inner: [{ size: 2, colour: 'RED' }] })
  expect(
    schema
      .getQueryType()
      ?.getFields()
      ['custom']?.args.every(({ defaultValue }) => defaultValue !== undefined),
  ).toBe(true)
})

test('Introspection is answered beside a variable whose fields are named as members of every object', async () => {
  federation.instead = () => ({ data: { inherited: 1 } })
  const query = 'query ($own: Inherited) { __schema { queryType { name } } inherited(own: $own) }'
  const { data, errors } = await federation.ask(query, { own: { size: 1 } })
  federation.instead = undefined
  expect([data, errors]).toEqual([{ __schema: { queryType: { name: 'Query' } }, inherited: 1 }, []])
})
