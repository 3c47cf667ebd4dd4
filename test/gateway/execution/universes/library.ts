/**
 * `@interfaceObject` and keys on interfaces: one service knows only the interface and adds to every
 * implementation.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@interfaceObject", "@shareable", "@provides"])`

const catalogue = `${link}
type Query { media(id: ID!): Media all(first: Int): [Media!] books: [Book] grid: [[Media]!] }
interface Media @key(fields: "id") { id: ID! title: String! year(calendar: String = "julian"): Int }
type Book implements Media @key(fields: "id") { id: ID! title: String! year(calendar: String = "julian"): Int pages: Int author: Person }
type Film implements Media @key(fields: "id") { id: ID! title: String! year(calendar: String = "julian"): Int minutes: Int cast: [Person!]! }
type Game implements Media @key(fields: "id") { id: ID! title: String! year(calendar: String = "julian"): Int studio: String }
type Person @key(fields: "id") { id: ID! name: String }
`

const opinions = `${link}
type Query { newest: [Opinion!]! top: Media }
type Media @key(fields: "id") @interfaceObject {
  id: ID!
  title: String! @external
  opinions(min: Int): [Opinion!]!
  score: Float
  headline: String @requires(fields: "title")
}
type Opinion @key(fields: "id") { id: ID! text: String about: Media }
`

const loans = `${link}
type Query { loan(id: ID!): Loan }
type Book @key(fields: "id") { id: ID! copies: Int borrower: Person subtitle: String }
type Film @key(fields: "id") { id: ID! copies: String }
type Person @key(fields: "id") { id: ID! loans: [Loan] favourite: Media }
type Loan { id: ID! what: Media }
interface Media @key(fields: "id", resolvable: false) { id: ID! }
type Game implements Media @key(fields: "id", resolvable: false) { id: ID! }
`
  .replace('type Book @key', 'type Book implements Media @key')
  .replace('type Film @key', 'type Film implements Media @key')

function createWorld() {
  const people = ['x', 'y'].map(
    (id) => ({ __typename: 'Person', id, name: id === 'x' ? 'Xena' : null }) as Record<string, unknown>,
  )
  const year =
    (value: number) =>
    ({ calendar }: Readonly<Record<string, unknown>>) =>
      calendar === 'p1' ? null : value
  const media: Record<string, unknown>[] = [
    {
      __typename: 'Book',
      id: '1',
      title: 'One',
      year: year(1900),
      pages: 100,
      author: people[0],
      copies: 2,
      borrower: people[1],
      subtitle: 'sub',
    },
    { __typename: 'Film', id: 'p1', title: 'Two', year: year(1950), minutes: 90, cast: people, copies: 'many' },
    { __typename: 'Game', id: 'p2', title: 'Three', year: year(2000), studio: null },
    {
      __typename: 'Book',
      id: 'id',
      title: 'Four',
      year: year(2010),
      pages: null,
      author: null,
      copies: null,
      borrower: null,
      subtitle: null,
    },
  ]
  const opinions = media.flatMap((each, index) =>
    [0, 1].map((which) => ({
      __typename: 'Opinion',
      id: `${index}${which}`,
      text: which === 0 ? `About ${each['title']}` : null,
      about: each,
    })),
  )
  for (const [index, each] of media.entries()) {
    const own = opinions.filter(({ about }) => about === each)
    each['opinions'] = ({ min }: Readonly<Record<string, unknown>>) =>
      own.slice(typeof min === 'number' ? Math.max(0, min) : 0)
    each['score'] = index === 2 ? null : index + 0.5
  }
  const loansOf = people.map((person, index) => ({
    __typename: 'Loan',
    id: `l${index}`,
    what: media[index === 0 ? 0 : 1],
    person,
  }))
  for (const [index, person] of people.entries()) {
    person['loans'] = index === 0 ? [loansOf[0], null, loansOf[1]] : null
    person['favourite'] = index === 0 ? media[0] : media[1]
  }
  const all = media as Thing[]
  return {
    Query: {
      media: ({ id }: Readonly<Record<string, unknown>>) => all.find((each) => each['id'] === id) ?? null,
      all: ({ first }: Readonly<Record<string, unknown>>) =>
        typeof first === 'number' ? all.slice(0, Math.max(0, first)) : all,
      books: [all[0], null, all[3]],
      grid: [[all[1], null], [], [all[2], all[0]]],
      newest: opinions,
      top: all[1],
      loan: ({ id }: Readonly<Record<string, unknown>>) => (id === '1' ? loansOf[0] : null),
    },
    entities: [...all, ...opinions, ...people] as Thing[],
  }
}

const headline = (input: Thing): string => `${read(input, 'title')}!`

export const library: Universe = {
  name: 'library',
  services: { catalogue, opinions, loans },
  createWorld,
  computed: Object.fromEntries(['Media', 'Book', 'Film', 'Game'].map((type) => [`${type}.headline`, headline])),
}
