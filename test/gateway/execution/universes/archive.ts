/**
 * Interfaces that implement interfaces and of which two services know no objects, a root field that
 * one service gives as an object and another as an interface, and a field that each object narrows
 * to another interface.
 */
import type { Thing, Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject", "@shareable"])`

const stacks = `${link}
type Query { pick: Medium @shareable studio: Studio }
interface Node { id: ID! }
interface Titled { title: String }
interface Medium implements Node & Titled @key(fields: "id") { id: ID! title: String like: Titled }
interface Printed implements Node & Titled @key(fields: "id") { id: ID! title: String }
type Book implements Printed & Medium & Node & Titled @key(fields: "id") { id: ID! title: String like: Book }
type Film implements Medium & Node & Titled @key(fields: "id") { id: ID! title: String like: Medium }
type Studio implements Node & Titled { id: ID! title: String city: String }
`

const loans = `${link}
type Query { pick: Book @shareable lent: [Lent] }
union Lent = Book | Film
type Film @key(fields: "id") { id: ID! }
type Book @key(fields: "id") { id: ID! copies: Int }
`

const scores = `${link}
type Query { best: Medium }
type Medium @key(fields: "id") @interfaceObject { id: ID! next: Medium }
`

const prints = `${link}
type Printed @key(fields: "id") @interfaceObject { id: ID! twin: Printed }
`

function createWorld() {
  const film: Record<string, unknown> = { __typename: 'Film', id: 'p2', title: 'moving', like: null, next: null }
  const books = ['1', 'two'].map(
    (id): Record<string, unknown> => ({ __typename: 'Book', id, title: `T ${id}`, copies: 2 }),
  )
  const [first, second] = books
  Object.assign(first ?? {}, { like: second, next: null, twin: null })
  Object.assign(second ?? {}, { like: null, next: film, twin: first })
  film['like'] = first
  const studio = { __typename: 'Studio', id: 's', title: 'St', city: 'here' }
  return {
    Query: { pick: first, studio, best: first, lent: [second, film] } as Thing,
    entities: [...books, film] as Thing[],
  }
}

export const archive: Universe = { name: 'archive', services: { stacks, loans, scores, prints }, createWorld }
