import { expect, test } from '@jest/globals'
import { buildSchema, parse } from 'graphql'
import { joinsOf } from '../../../gateway/playground/joins.ts'

const supergraph = `
enum join__Graph { BANK @join__graph(name: "bank", url: "") SKY @join__graph(name: "sky", url: "") }
type Query @join__type(graph: BANK) @join__type(graph: SKY) {
  me: Person @join__field(graph: BANK)
  place: Place @join__field(graph: SKY)
}
type Person @join__type(graph: BANK) { name: String home: Place }
type Place @join__type(graph: BANK) @join__type(graph: SKY) {
  id: ID
  name: String @join__field(graph: SKY) @join__field(graph: BANK, external: true)
  people: [Person] @join__field(graph: BANK)
}
`
const schema = buildSchema(`
type Query { me: Person place: Place }
type Person { name: String home: Place }
type Place { id: ID name: String people: [Person] }
`)
const joins = (query: string): readonly unknown[] => joinsOf(parse(query), schema, supergraph)

test('A join is where another service owns the next field, under its name in the answer', () => {
  expect(
    joins('{ me { name home { id label: name ...Rest } } } fragment Rest on Place { people { name home { name } } }'),
  ).toEqual([
    { path: 'me', service: 'bank' },
    { path: 'me.home.label', service: 'sky' },
    { path: 'me.home.people.home.name', service: 'sky' },
  ])
  expect(joins('{ place { id name people { name } } }')).toEqual([
    { path: 'place', service: 'sky' },
    { path: 'place.people', service: 'bank' },
  ])
})

test('A document without an operation, or with several, has no joins', () => {
  expect(joins('fragment F on Place { id }')).toEqual([])
  expect(joins('query A { me { name } } query B { me { name } }')).toEqual([])
})
