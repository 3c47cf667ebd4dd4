/** Signatures keep no literals of clients, and are runnable operations. */
import { expect, test } from '@jest/globals'
import { buildSchema, type OperationDefinitionNode, parse, stripIgnoredCharacters, validate } from 'graphql'
import { signatureOf } from '../../../gateway/usage/signature.ts'

const schema = buildSchema(`
  directive @note(text: String!, about: Json, sort: Sort) repeatable on QUERY | FIELD | FRAGMENT_SPREAD | VARIABLE_DEFINITION
  directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query {
    find(filter: Filter, sort: Sort, sorts: [Sort!], text: String, texts: [String!], json: Json, size: Float): [Item!]!
    item(id: ID! = "1"): Item
    by(key: Key!): Item
  }
  type Mutation { add(input: Filter!): Item }
  interface Named { name: String! }
  type Item implements Named { id: ID! name(language: String): String! at: String parent: Named }
  enum Sort { NAME DATE }
  scalar Json
  input Key @oneOf { id: ID code: Int }
  input Filter { text: String not: Filter all: [Filter!] sort: Sort limit: Int! = 3 json: Json }
`)

const sign = (query: string): string | undefined => {
  const document = parse(query, { noLocation: true })
  expect(validate(schema, document)).toEqual([])
  return signatureOf(document.definitions[0] as OperationDefinitionNode, document, schema)
}

test.each<[what: string, query: string, text: string]>([
  ['a text', '{ find(text: "MARK") { id } }', 'query ($literal1: String!) { find(text: $literal1) { id } }'],
  [
    'a text of several lines',
    '{ find(text: """\nMARK\n""") { id } }',
    'query ($literal1: String!) { find(text: $literal1) { id } }',
  ],
  [
    'a comment and a description',
    '# MARK\n"MARK" query Q("MARK" $t: String) { # MARK\n find(text: $t) { id } }',
    'query Q($t: String) { find(text: $t) { id } }',
  ],
  ['a number', '{ item(id: 4711) { id } }', 'query ($literal1: ID!) { item(id: $literal1) { id } }'],
  ['a fraction', '{ find(size: 47.11e9) { id } }', 'query ($literal1: Float!) { find(size: $literal1) { id } }'],
  ['a boolean', '{ find @skip(if: false) { id } }', 'query ($literal1: Boolean!) { find @skip(if: $literal1) { id } }'],
  [
    'a list',
    '{ find(texts: ["MARK", "MARK"]) { id } }',
    'query ($literal1: [String!]!) { find(texts: $literal1) { id } }',
  ],
  [
    'a text where a list may be',
    '{ find(texts: "MARK") { id } }',
    'query ($literal1: [String!]!) { find(texts: $literal1) { id } }',
  ],
  [
    'a list beside a variable',
    'query ($t: String!) { find(texts: ["MARK", $t]) { id } }',
    'query ($t: String!, $literal1: String!) { find(texts: [$literal1, $t]) { id } }',
  ],
  [
    'an input object',
    '{ find(filter: { text: "MARK", limit: 4711 }) { id } }',
    'query ($literal1: Filter!) { find(filter: $literal1) { id } }',
  ],
  [
    'an input object around a variable, however deep',
    'query ($t: String) { find(filter: { sort: DATE, limit: 4711, not: { json: { MARK: 1 }, all: [{ text: $t }, { text: "MARK" }] } }) { id } }',
    `query ($t: String, $literal1: Int!, $literal2: Json!, $literal3: Filter!) {
       find(filter: { sort: DATE, limit: $literal1, not: { json: $literal2, all: [{ text: $t }, $literal3] } }) { id } }`,
  ],
  ['a choice of keys', '{ by(key: { id: "MARK" }) { id } }', 'query ($literal1: Key!) { by(key: $literal1) { id } }'],
  [
    'the input of a mutation',
    'mutation Add { add(input: { text: "MARK" }) { id } }',
    'mutation Add($literal1: Filter!) { add(input: $literal1) { id } }',
  ],
  [
    'an argument in a fragment, whose name is numbered',
    '{ item { ...MARK @note(text: "MARK") } } fragment MARK on Item { name(language: "MARK") }',
    `query ($literal1: String!, $literal2: String!) { item { ...fragment1 @note(text: $literal1) } }
     fragment fragment1 on Item { name(language: $literal2) }`,
  ],
  [
    'a directive of the operation, a field and a variable',
    'query ($t: String! @note(text: "MARK")) @note(text: "MARK", about: [MARK], sort: NAME) { find(text: $t) { id @note(text: "MARK") } }',
    `query ($t: String!, $literal1: String!, $literal2: Json!, $literal3: String!) @note(text: $literal1, about: $literal2, sort: NAME) {
       find(text: $t) { id @note(text: $literal3) } }`,
  ],
  [
    'the label of what is deferred',
    '{ item { ... on Item @defer(label: "MARK", if: true) { id } } }',
    'query ($literal1: Boolean!) { item { ... on Item @defer(if: $literal1) { id } } }',
  ],
  [
    'defaults of variables, which must then be given',
    'query ($t: String = "MARK", $id: ID = 4711, $s: Sort = DATE, $n: Int! = 4711, $f: Filter = { text: "MARK" }) { item(id: $id) { id } find(text: $t, sort: $s, filter: { limit: $n, not: $f }) { id } }',
    `query ($t: String!, $id: ID!, $s: Sort = DATE, $n: Int!, $f: Filter!) {
       item(id: $id) { id } find(text: $t, sort: $s, filter: { limit: $n, not: $f }) { id } }`,
  ],
  [
    'an enum in a custom scalar',
    '{ find(json: MARK, sort: NAME) { id } }',
    'query ($literal1: Json!) { find(json: $literal1, sort: NAME) { id } }',
  ],
  [
    'names in a custom scalar, though there is a variable among them',
    'query ($v: String) { find(json: { MARK: [$v, 4711] }) { id } }',
    'query ($literal1: Json!) { find(json: $literal1) { id } }',
  ],
  [
    'a list of enums',
    '{ find(sorts: [NAME]) { id } }',
    'query ($literal1: [Sort!]!) { find(sorts: $literal1) { id } }',
  ],
  [
    'aliases, which are numbered so that fields with other arguments do not collide',
    '{ MARK1: item(id: "MARK") { id: id MARK2: name } MARK3: item(id: 4711) { id MARK2: name } }',
    `query ($literal1: ID!, $literal2: ID!) {
       alias1: item(id: $literal1) { id alias2: name } alias3: item(id: $literal2) { id alias2: name } }`,
  ],
  [
    'names that a number would repeat',
    'query ($literal1: ID!) { alias1: item(id: $literal1) { at: name } item(id: "MARK") { id } }',
    'query ($literal1: ID!, $literal2: ID!) { alias2: item(id: $literal1) { alias3: name } item(id: $literal2) { id } }',
  ],
  [
    'the name of a type',
    '{ __type(name: "MARK") { name } }',
    'query ($literal1: String!) { __type(name: $literal1) { name } }',
  ],
  [
    'operations beside it, and fragments of theirs',
    'query Own { item { id } } query MARK { item { ...MARK } } fragment MARK on Item { id }',
    'query Own { item { id } }',
  ],
  ['nothing where there is null', '{ find(text: null) { id } }', '{ find(text: null) { id } }'],
])('A signature keeps nothing of %s, and can run', (_what, query, expected) => {
  const text = sign(query) ?? ''
  expect(text).toBe(stripIgnoredCharacters(expected))
  expect(text).not.toMatch(/MARK|4711/)
  expect(validate(schema, parse(text))).toEqual([])
})

test('A text over 16 kB has no signature', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, at) => `a${at}: find { id }`).join(' ')
  expect(sign(`{ ${fields(900)} }`)?.length).toBeGreaterThan(10_000)
  expect(sign(`{ ${fields(1_000)} }`)).toBeUndefined()
})
