/**
 * Abstract types that services see differently: objects that narrow their interface's fields, a
 * union that is an object type elsewhere, objects of several interfaces, interfaces of which
 * another service knows no objects, roots that fail, and entities that a service does not know.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@interfaceObject", "@shareable"])`

const releases = `${link}
type Query {
  song: Song item(id: ID!): Item playable(id: ID!): Playable listed: [Listed] pick: Song @shareable broken: Int! fine: String!
  mixed: [Release!]
}
type Mutation { press(count: Int): Int! recall: Song! }
interface Item { id: ID! related: Item owner: Owner parts: [Item!] }
interface Playable @key(fields: "id") { id: ID! length: Int }
interface Listed { id: ID! position(from: Int = 1): Int related: Item }
interface Owner { name: String boss: Owner }
type Song implements Item & Playable & Listed @key(fields: "id") {
  id: ID! related: Song owner: Band! parts: [Song!]! length: Int position(from: Int = 1): Int lyrics: String
}
type Film implements Item & Playable @key(fields: "id") { id: ID! related: Item owner: Person parts: [Song!] length: Int scenes: Int }
type Poster implements Item & Listed @key(fields: "id") { id: ID! related: Film owner: Owner parts: [Item!] position(from: Int = 1, step: Int): Int }
type Band implements Owner { name: String! boss: Person founded: Int }
type Person implements Owner @key(fields: "name") { name: String boss: Band }
union Release = Song | Film
`

const charts = `${link}
type Query { pick: Pick @shareable wrong: Int! right: String oops: Song! }
type Mutation { vote(id: ID!): Int! count: Int }
union Pick = Song | Jingle
type Song @key(fields: "id") { id: ID! plays: Int! rank: Float }
type Jingle { plays: Int! brand: String }
`

const press = `${link}
type Query { review: Review }
type Review { text: String about: Item of: Playable }
interface Item { id: ID! reviews: [Review!] }
interface Playable @key(fields: "id", resolvable: false) { id: ID! critic: Person stars: Int }
type Song implements Item & Playable @key(fields: "id") { id: ID! reviews: [Review!] critic: Person stars: Int }
type Film implements Item & Playable @key(fields: "id") { id: ID! reviews: [Review!] critic: Person stars: Int! }
type Poster implements Item @key(fields: "id") { id: ID! reviews: [Review!] }
type Person @key(fields: "name") { name: String age: Int! }
`

const moods = `${link}
type Query { top: Playable hits: [Playable!] }
type Playable @key(fields: "id") @interfaceObject {
  id: ID! score: Int length: Int @external pace: String @requires(fields: "length") next: Playable
}
`

const fails = (): never => {
  throw new Error('It fails.')
}

function createWorld() {
  let votes = 0
  const people: Record<string, unknown>[] = [
    { __typename: 'Person', name: 'ada', age: 36 },
    { __typename: 'Person', name: null, age: 1 },
  ]
  const bands: Record<string, unknown>[] = ['1', 'two'].map((name, index) => ({
    __typename: 'Band',
    name,
    boss: people[index],
    founded: index === 0 ? 1970 : null,
  }))
  if (people[0]) people[0]['boss'] = bands[0]
  const position = ({ from, step }: Readonly<Record<string, unknown>>) =>
    Number(from ?? 0) + (typeof step === 'number' ? step : 0)
  const items: Record<string, unknown>[] = [
    {
      __typename: 'Song',
      id: '1',
      owner: bands[0],
      length: 3,
      position,
      lyrics: 'la',
      plays: 5,
      rank: 0.5,
      stars: null,
    },
    {
      __typename: 'Song',
      id: 'p1',
      owner: bands[1],
      length: null,
      position,
      lyrics: null,
      plays: 0,
      rank: null,
      stars: 2,
    },
    { __typename: 'Film', id: 'p2', owner: people[0], length: 90, scenes: 12, stars: 4 },
    { __typename: 'Film', id: 'id', owner: null, length: 80, scenes: null, stars: 1 },
    { __typename: 'Poster', id: 'two', owner: bands[1], position },
  ]
  const [one, two, film, other, poster] = items
  const reviews = items.map((about, index) => ({
    __typename: 'Review',
    text: index === 1 ? null : `about ${about['id']}`,
    about,
    of: about === poster ? null : about,
  }))
  for (const [index, item] of items.entries()) {
    item['reviews'] = index === 2 ? null : [reviews[index], reviews[0]]
    item['critic'] = index === 0 ? people[0] : null
    item['score'] = index * 10
    item['next'] = index === 0 ? film : index === 2 ? one : null
    item['parts'] = index === 3 ? null : [one, two]
    item['related'] = [two, null, other, one, film][index]
  }
  const jingle = { __typename: 'Jingle', plays: 1, brand: 'b' }
  const find =
    (list: readonly (Record<string, unknown> | undefined)[]) =>
    ({ id }: Readonly<Record<string, unknown>>) =>
      list.find((each) => each?.['id'] === id) ?? null
  return {
    Query: {
      song: one,
      item: find(items),
      playable: find([one, two, film, other]),
      listed: [poster, null, two],
      pick: one,
      broken: fails,
      fine: 'fine',
      mixed: [film, one],
      top: film,
      hits: [one, film, two],
      wrong: fails,
      right: 'right',
      oops: fails,
      review: reviews[0],
      jingle,
    } as Thing,
    Mutation: {
      press: ({ count }: Readonly<Record<string, unknown>>) => (typeof count === 'number' ? count : fails()),
      recall: fails,
      vote: ({ id }: Readonly<Record<string, unknown>>) => (id === '1' ? ++votes : fails()),
      count: () => votes,
    } as Thing,
    entities: [...items, ...people] as Thing[],
  }
}

const pace = (input: Thing): string => `pace ${read(input, 'length')}`

export const studio: Universe = {
  name: 'studio',
  services: { releases, charts, press, moods },
  createWorld,
  unknown: [
    { service: 'charts', type: 'Song', id: 'p1', fields: ['plays', 'rank'] },
    { service: 'moods', type: 'Film', id: 'id', fields: ['score', 'pace', 'next'] },
  ],
  computed: Object.fromEntries(['Playable', 'Song', 'Film'].map((type) => [`${type}.pace`, pace])),
}
