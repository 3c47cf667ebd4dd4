/**
 * What planners trip over: one field required with different arguments, references that cannot be
 * resolved, ways back to the root, fields of one name and different types.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable", "@provides"])`

const rooms = `${link}
type Query { room(id: ID!): Room rooms: [Room!] halls: [[[Room]]] start: Place back: Back @shareable }
type Back @shareable { query: Query note: String }
type Room @key(fields: "id") {
  id: ID!
  size(unit: Unit! = M): Float
  label(style: String, length: Int = 5): String
  representations: Int
  id_1: String
  size_1: Int
  exits: [Exit]
  keeper: Keeper
}
type Exit { to: Room value: Int! kind: Kind same: Room }
type Wall { value: String thickness: [Int] same: Keeper }
union Place = Room | Exit | Wall
enum Kind { DOOR WINDOW }
enum Unit { M CM }
type Keeper @key(fields: "id", resolvable: false) { id: ID! }
`

const people = `${link}
type Query { keeper(id: ID!): Keeper back: Back @shareable }
type Back @shareable { query: Query note: String }
type Keeper @key(fields: "id") @key(fields: "code") { id: ID! code: String! name: String room: Room likes: [Liked!] value: Boolean }
type Room @key(fields: "id", resolvable: false) { id: ID! }
type Chair { value: Boolean! height(unit: Unit = CM): Int }
type Table { value: String seats: Int }
union Liked = Chair | Table | Keeper
enum Unit { M CM }
`

const prices = `${link}
type Room @key(fields: "id") {
  id: ID!
  size(unit: Unit! = M): Float @external
  label(style: String, length: Int = 5): String @external
  rent: Float @requires(fields: "size(unit: M)")
  tax: Float @requires(fields: "size(unit: CM)")
  sign: String @requires(fields: "label(style: \\"bold\\") size")
  open: Boolean
}
type Keeper @key(fields: "code") { code: String! wage: Int salary: Int @shareable }
enum Unit { M CM }
`

const audits = `${link}
type Room @key(fields: "id") { id: ID! size(unit: Unit! = M): Float @external audit: String @requires(fields: "size(unit: CM)") }
type Keeper @key(fields: "id") { id: ID! salary: Int @shareable audited: Boolean }
enum Unit { M CM }
`

function createWorld() {
  const rooms: Record<string, unknown>[] = ['1', 'id', 'p1'].map((id, index) => ({
    __typename: 'Room',
    id,
    size: ({ unit }: Readonly<Record<string, unknown>>) =>
      index === 2 ? null : unit === 'CM' ? (index + 1) * 100 : index + 1,
    label: ({ style, length }: Readonly<Record<string, unknown>>) => `${style}:${length ?? 'all'}:${id}`,
    representations: index,
    id_1: `not ${id}`,
    size_1: 7,
    open: index === 0 ? null : index === 1,
  }))
  const [first, second, third] = rooms
  const exits = [
    { __typename: 'Exit', to: second, value: 1, kind: 'DOOR', same: first },
    { __typename: 'Exit', to: null, value: 2, kind: null, same: third },
  ]
  const keepers: Record<string, unknown>[] = ['1', 'two'].map((id, index) => ({
    __typename: 'Keeper',
    id,
    code: `c${id}`,
    name: index === 0 ? 'Kim' : null,
    room: rooms[index],
    value: index === 0,
    wage: index,
    salary: 100 + index,
    audited: index === 0 ? null : true,
  }))
  const height = ({ unit }: Readonly<Record<string, unknown>>) => (unit === 'M' ? 1 : 100)
  const wall = { __typename: 'Wall', value: 'brick', thickness: [1, null, 3], same: keepers[1] }
  for (const [index, room] of rooms.entries()) {
    room['exits'] = index === 2 ? null : [exits[index], null]
    room['keeper'] = index === 1 ? null : keepers[index === 0 ? 0 : 1]
  }
  for (const keeper of keepers) {
    keeper['likes'] = [
      { __typename: 'Chair', value: true, height },
      { __typename: 'Table', value: 'oak', seats: 4 },
      keepers[0],
    ]
  }
  const back: Record<string, unknown> = { __typename: 'Back', note: 'again' }
  const find =
    (list: readonly Record<string, unknown>[]) =>
    ({ id }: Readonly<Record<string, unknown>>) =>
      list.find((each) => each['id'] === id) ?? null
  const Query: Thing = {
    room: find(rooms),
    rooms,
    halls: [[[first, null], null], null, [[], [second, third]]],
    start: wall,
    back,
    keeper: find(keepers),
  }
  back['query'] = Query
  return { Query, entities: [...rooms, ...keepers] as Thing[] }
}

const size = (input: Thing, unit: string): unknown => read(input, 'size', { unit })

export const maze: Universe = {
  name: 'maze',
  services: { rooms, people, prices, audits },
  createWorld,
  computed: {
    'Room.rent': (input) => size(input, 'M'),
    'Room.tax': (input) => size(input, 'CM'),
    'Room.sign': (input) => `${read(input, 'label', { style: 'bold', length: 5 })} ${size(input, 'M')}`,
    'Room.audit': (input) => `size ${size(input, 'CM')}`,
  },
}
