/**
 * Objects that three services give together, of types that are no entities; every way in which
 * lists and their items may be null; scalars of any JSON; inputs that are objects and lists; fields
 * that are provided on the way to an object.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external",
  "@provides", "@shareable"])
scalar Json
enum Kind { BULK TANK PASSENGER }
`

const harbour = `${link}
type Query { port: Port! @shareable ship(id: ID!): Ship ships: [Ship!]! piers: [[Pier!]]! }
type Subscription { ship(id: ID!): Ship ships: [Ship!]! piers: [[Pier!]]! }
type Mutation { dock(id: ID!): Ship sail(id: ID!): Ship! }
type Port @shareable { name: String! depth: Int depths: [Int!]! berths: [[Berth]!] best: Berth! }
type Berth @shareable { number: Int! long: Float ship: Ship }
type Pier { name: String lights: [[Boolean!]!]! kinds: [Kind!] grid: [[Kind]]! any: [[Json!]] slots: [[Slot!]!]! }
type Slot { number: Int! ship: Ship }
type Ship @key(fields: "id") @key(fields: "flag { code } number") {
  id: ID! number: Int! flag: Flag! kind: Kind! kinds: [[Kind!]!]! holds: [Hold!]! decks: [[Deck]] log: Json! logs: [Json] next: Ship
  twin: Ship!
}
type Flag @shareable { code: String! }
type Hold { size: Int! tags: [String!]! parts: [[Part]!]! lid: Lid note: Json }
type Lid { open: Boolean! weight: Float }
type Part { size: Int names: [String] }
type Deck { name: ID height(unit: Kind): Int! }
`

const customs = `${link}
type Query { port: Port! @shareable inspected: [Ship] seized: Seized }
type Port @shareable { name: String! tariff: Json best: Berth! berths: [[Berth]!] offices: [Office!]! }
type Berth @shareable { number: Int! sealed: Boolean office: Office ship: Ship }
type Office { name: String! chief: Person @provides(fields: "name home { street }") staff: [Person!] }
type Ship @key(fields: "id") {
  id: ID!
  holds: [Hold!]! @external
  log: Json! @external
  kinds: [[Kind!]!]! @external
  duty: String @requires(fields: "holds { size tags parts { size names } lid { open } }")
  report: Json @requires(fields: "log kinds")
  checked: [Boolean]!
  score: Float!
}
type Hold @external { size: Int! tags: [String!]! parts: [[Part]!]! lid: Lid }
type Lid @external { open: Boolean! }
type Part @external { size: Int names: [String] }
type Person @key(fields: "id") { id: ID! name: String! @external home: Home @external }
type Home @external { street: String }
union Seized = Ship | Office
`

const crews = `${link}
type Query { port: Port! @shareable person(id: ID!): Person people: [[Person]] crew: [Member!] }
type Port @shareable { name: String! best: Berth! berths: [[Berth]!] pilots: [Person] }
type Berth @shareable { number: Int! watch: Person pier: Int! }
type Person @key(fields: "id") { id: ID! name: String! @shareable home: Home @shareable ship: Ship friends: [[Person!]!] }
type Home @shareable { street: String }
type Ship @key(fields: "flag { code } number") { flag: Flag! number: Int! captain: Person crew: [[Member!]] @shareable size: Int! }
type Flag @shareable { code: String! }
interface Member { id: ID! boss: Member rank: Kind }
type Sailor implements Member { id: ID! boss: Sailor rank: Kind! knots: [Int!] }
type Cook implements Member { id: ID! boss: Member! rank: Kind dishes: [[String]!]! }
`

function createWorld() {
  const json = [
    { a: [1, { b: null }], __typename: 'Odd', '': [] },
    'text "quoted" \\ \u2028',
    [[], {}, [null, true, -1.5e-7]],
    0,
    false,
  ]
  const flags = ['NL', 'PA'].map((code) => ({ __typename: 'Flag', code }))
  const people: Record<string, unknown>[] = ['1', 'p1', 'id'].map((id, index) => ({
    __typename: 'Person',
    id,
    name: `Name ${id} é`,
    home: index === 1 ? null : { __typename: 'Home', street: index === 0 ? null : 'Quay' },
  }))
  const [ann, ben, cyd] = people
  const parts = [
    { __typename: 'Part', size: 1, names: ['a', null] },
    { __typename: 'Part', size: null, names: null },
  ]
  const hold = (size: number) => ({
    __typename: 'Hold',
    size,
    tags: size === 0 ? [] : ['x', 'y'],
    parts: [[parts[0], null], [], [parts[1]]],
    lid: size === 2 ? null : { __typename: 'Lid', open: size === 0, weight: size === 0 ? null : 0.5 },
    note: json[size],
  })
  const ships: Record<string, unknown>[] = ['1', 'p1', 'id'].map((id, index) => ({
    __typename: 'Ship',
    id,
    number: index,
    flag: flags[index % 2],
    kind: index === 0 ? 'TANK' : 'BULK',
    kinds: index === 0 ? [] : [['TANK', 'BULK'], []],
    holds: index === 2 ? [] : [hold(index), hold(2)],
    decks:
      index === 1
        ? null
        : [[{ __typename: 'Deck', name: id, height: ({ unit }: Thing) => (unit === 'TANK' ? 1 : 2) }, null], null],
    log: json[index],
    logs: [json[2], null, json[index]],
    checked: [true, null],
    score: index / 2,
    size: 10 * index,
  }))
  const [first, second, third] = ships
  const sailor: Record<string, unknown> = { __typename: 'Sailor', id: '1', boss: null, rank: 'TANK', knots: [1, 2] }
  const cook = { __typename: 'Cook', id: 'p1', boss: sailor, rank: null, dishes: [['soup', null], []] }
  for (const [index, ship] of ships.entries()) {
    ship['next'] = [second, null, first][index]
    ship['twin'] = [third, third, second][index]
    ship['captain'] = [ann, null, cyd][index]
    ship['crew'] = index === 1 ? null : [[sailor, cook], null, []]
  }
  for (const [index, person] of people.entries()) {
    person['ship'] = index === 1 ? null : ships[index]
    person['friends'] = index === 0 ? [[cyd, ben], []] : null
  }
  const office = { __typename: 'Office', name: 'Main', chief: cyd, staff: [ann, ben] }
  const berth = (number: number) => ({
    __typename: 'Berth',
    number,
    long: number === 1 ? null : number + 0.5,
    ship: ships[number] ?? null,
    sealed: number === 0 ? null : true,
    office: number === 2 ? null : office,
    watch: people[number] ?? null,
    pier: number,
  })
  const slot = (number: number) => ({ __typename: 'Slot', number, ship: ships[number] ?? null })
  const piers = [0, 1].map((index) => ({
    __typename: 'Pier',
    name: index === 0 ? null : 'North',
    lights: index === 0 ? [] : [[true], []],
    kinds: index === 0 ? null : ['BULK', 'TANK'],
    grid: [null, [], ['PASSENGER', null]],
    any: index === 0 ? null : [null, [json[0], json[1]], []],
    slots: [[slot(0)], [], [slot(1), slot(3)]],
  }))
  const port = {
    __typename: 'Port',
    name: 'Havn',
    depth: null,
    depths: [1, 2],
    berths: [[berth(0), null], [], [berth(2), berth(1)]],
    best: berth(1),
    tariff: json[0],
    offices: [office],
    pilots: [ben, null, ann],
  }
  const find =
    (list: readonly Record<string, unknown>[]) =>
    ({ id }: Thing) =>
      list.find((each) => each['id'] === id) ?? null
  let docked = 0
  return {
    Query: {
      port,
      ship: find(ships),
      ships,
      piers: [piers, null, []],
      inspected: [second, null, first],
      seized: third,
      person: find(people),
      people: [[ann, null], null, [cyd, ann]],
      crew: [cook, sailor],
    } as Thing,
    Mutation: {
      dock({ id }: Thing) {
        docked++
        const ship = find(ships)({ id })
        if (ship) ship['size'] = docked
        return ship
      },
      sail: ({ id }: Thing) => find(ships)({ id }) ?? third,
    } as Thing,
    entities: [...ships, ...people] as Thing[],
  }
}

const names = (items: unknown): string => JSON.stringify(items)

export const port: Universe = {
  name: 'port',
  services: { harbour, customs, crews },
  createWorld,
  subscriptions: [
    'subscription { ship(id: "1") { kind holds { size parts { names } } log twin { number } } }',
    'subscription ($id: ID = "id") { ship(id: $id) { id size captain { name } duty next { score report } __typename } }',
    'subscription { toString: ships { id a: flag { code } score crew { id ... on Cook { dishes boss { rank } } } checked } }',
    'subscription { piers { __typename lights kinds grid any slots { number ship { number duty size } } } }',
  ],
  computed: {
    'Ship.duty'(input) {
      const holds = read(input, 'holds') as readonly Thing[]
      const texts = holds.map((each) => {
        const grid = (read(each, 'parts') as readonly (readonly (Thing | null)[])[]).map((row) =>
          row.map((part) => part && [read(part, 'size'), read(part, 'names')]),
        )
        const lid = read(each, 'lid')
        return [read(each, 'size'), read(each, 'tags'), grid, lid === null ? null : read(lid, 'open')]
      })
      return names(texts)
    },
    'Ship.report': (input) => [read(input, 'log'), read(input, 'kinds')],
  },
}
