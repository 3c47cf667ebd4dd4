/**
 * Services that each own their fields alone, so that it can be said exactly what the loss of one
 * costs.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external"])`

const houses = `${link}
type Query { house(id: ID!): House houses(first: Int): [House!]! street: [[House]] }
type House @key(fields: "id") { id: ID! number: Int! color: String owner: Person lodgers: [Person!] plot: Plot! }
type Plot { area: Int! corner: Person }
type Person @key(fields: "id") { id: ID! }
`

const folk = `${link}
type Query { person(id: ID!): Person mayor: Person! }
type Person @key(fields: "id") { id: ID! name: String! nick(length: Int): String parents: [Person] job: Job tenants: [Tenant] }
type Job { title: String! place: House }
type House @key(fields: "id") { id: ID! }
union Tenant = Person | House
`

const taxes = `${link}
type Query { rates: [Rate!] }
type Rate @key(fields: "id") { id: ID! percent: Float! house: House }
type House @key(fields: "id") { id: ID! number: Int! @external color: String @external due: Int! @requires(fields: "number") paint: String @requires(fields: "color") rate: Rate }
type Person @key(fields: "id") { id: ID! debt: Int score: Int! }
`

const services = { houses, folk, taxes }

/** What must be up for a field to be known: its own service, and those of its inputs. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'House.due': ['taxes', 'houses'],
  'House.paint': ['taxes', 'houses'],
  ...Object.fromEntries(
    [
      'Query.house',
      'Query.houses',
      'Query.street',
      'House.number',
      'House.color',
      'House.owner',
      'House.lodgers',
      'House.plot',
      'Plot.area',
      'Plot.corner',
    ].map((name) => [name, ['houses']]),
  ),
  ...Object.fromEntries(
    [
      'Query.person',
      'Query.mayor',
      'Person.name',
      'Person.nick',
      'Person.parents',
      'Person.job',
      'Person.tenants',
      'Job.title',
      'Job.place',
    ].map((name) => [name, ['folk']]),
  ),
  ...Object.fromEntries(
    ['Query.rates', 'Rate.percent', 'Rate.house', 'House.rate', 'Person.debt', 'Person.score'].map((name) => [
      name,
      ['taxes'],
    ]),
  ),
}

function createWorld(): { Query: Thing; entities: readonly Thing[] } {
  const people: Record<string, unknown>[] = ['1', 'p1', 'id'].map((id, index) => ({
    __typename: 'Person',
    id,
    name: `Name ${id}`,
    debt: index === 1 ? null : index * 5,
    score: index,
    nick: ({ length }: Readonly<Record<string, unknown>>) =>
      index === 2 ? null : `Nick${id}`.slice(0, typeof length === 'number' ? Math.max(0, length) : 9),
  }))
  const houses: Record<string, unknown>[] = ['1', 'p1', 'two'].map((id, index) => ({
    __typename: 'House',
    id,
    number: index + 1,
    color: index === 0 ? null : 'red',
    owner: people[index],
    lodgers: index === 1 ? null : people.slice(index),
    plot: { __typename: 'Plot', area: 10 * index, corner: index === 0 ? null : people[0] },
  }))
  const rates = ['1', '2'].map((id, index) => ({ __typename: 'Rate', id, percent: index + 0.5, house: houses[index] }))
  for (const [index, person] of people.entries()) {
    person['parents'] = index === 0 ? null : [people[0], null]
    person['job'] = index === 2 ? null : { __typename: 'Job', title: 'Baker', place: houses[index] }
    person['tenants'] = [people[2], houses[index], null]
  }
  for (const [index, house] of houses.entries()) house['rate'] = rates[index] ?? null
  const find =
    (list: readonly Record<string, unknown>[]) =>
    ({ id }: Readonly<Record<string, unknown>>) =>
      list.find((each) => each['id'] === id) ?? null
  return {
    Query: {
      house: find(houses),
      houses: ({ first }: Readonly<Record<string, unknown>>) =>
        typeof first === 'number' ? houses.slice(0, Math.max(0, first)) : houses,
      street: [[houses[0], null], null, [houses[2], houses[0]]],
      person: find(people),
      mayor: people[1],
      rates,
    },
    entities: [...people, ...houses, ...rates] as Thing[],
  }
}

export const town: Universe = {
  name: 'town',
  services,
  createWorld,
  needs,
  computed: {
    'House.due': (input) => Number(read(input, 'number')) * 100,
    'House.paint': (input) => `paint it ${read(input, 'color')}`,
  },
}
