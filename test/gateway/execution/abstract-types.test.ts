import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { compare } from './support/compare.ts'
import { type Federation, federate } from './support/federation.ts'
import { servicesOf } from './support/universe.ts'
import { archive } from './universes/archive.ts'
import { bakery } from './universes/bakery.ts'
import { studio } from './universes/studio.ts'

let federation: Federation
beforeAll(async () => {
  federation = await federate(servicesOf(studio))
})
afterAll(() => federation.close())

test.each([
  [
    'an object type that narrows the field of its interface, asked for through the interface first',
    '{ song { ...I related { lyrics } } } fragment I on Item { related { __typename } }',
  ],
  ['the same with the interface last', '{ song { related { lyrics } ...I } } fragment I on Item { related { id } }'],
  [
    'a field that is narrowed twice on the way down',
    '{ song { ...I related { ...I related { lyrics } } } } fragment I on Item { related { id related { id } } }',
  ],
  [
    'a list that is narrowed, and not null',
    '{ item(id: "1") { ...I ... on Song { parts2: parts { lyrics } } } } fragment I on Item { parts { ...I2 } } fragment I2 on Item { related { id } }',
  ],
  [
    'one fragment under the interface and under two objects that narrow it differently',
    '{ item(id: "two") { ...I } song { ...I } mixed { ...I } } fragment I on Item { related { ... on Film { scenes } ... on Song { lyrics } } }',
  ],
  ['a union that is an object type in another service', '{ pick { ... on Song { lyrics } } }'],
  [
    'the same under aliases and beside a type that never comes',
    '{ a: pick { ... on Jingle { brand } } b: pick { ... on Item { id } } }',
  ],
  [
    'the same with fields of the service that knows the union',
    '{ pick { ... on Song { plays } ... on Jingle { plays } } }',
  ],
  ['a fragment on another interface of an interface without objects', '{ top { ... on Item { reviews { text } } } }'],
  [
    'the same for several',
    '{ hits { score ... on Listed { position } ... on Item { related { id } } ... on Song { rank } } }',
  ],
  ['the same on a union', '{ top { ... on Release { ... on Film { scenes } } } }'],
  [
    'the same inside a fragment on the interface',
    '{ item(id: "p2") { ... on Playable { ... on Item { id } next { ... on Listed { id } } } } }',
  ],
  [
    'a list of which the planner asks a part under an alias',
    '{ mixed { ... on Pick { ... on Item { parts { id } } } ... on Item { parts { related { reviews { text } } } } } }',
  ],
  [
    'the same with objects of both parts that are one',
    '{ mixed { ... on Pick { ... on Item { parts { related { __typename } } } } ... on Item { parts { related { ... on Song { position } reviews { text } } } } } }',
  ],
])('A federated query over abstract types equals the plain schema: %s', async (_what, query) => {
  expect(await compare(studio, federation, { query, variables: {} })).toEqual({ valid: true, difference: '' })
})

test.each([
  ['does not say its type', {}],
  ['says that it is of its interface', { __typename: 'Item' }],
])('An object that %s is null with an error, where the interface has objects', async (_what, said) => {
  federation.instead = () => ({ data: { item: { ...said, id: '1' } } })
  const { data, errors } = await federation.ask('{ item(id: "1") { id } }')
  federation.instead = undefined
  expect([data, errors.map(({ path }) => path?.join('.'))]).toEqual([{ item: null }, ['item']])
})

describe('objects whose types a service cannot say', () => {
  const query = '{ top { score ... on Film { scenes } } hits { __typename } }'

  test('Objects of unknown types are null with the error of the service that knows them', async () => {
    federation.down.add('releases')
    const { data, errors } = await federation.ask(query, {}, studio.createWorld())
    federation.down.clear()
    expect(data).toEqual({ top: null, hits: null })
    expect(errors.map(({ path, extensions }) => [path?.join('.'), extensions['code'], extensions['service']])).toEqual([
      ['top', 'SERVICE_UNAVAILABLE', 'releases'],
      ['hits.0', 'SERVICE_UNAVAILABLE', 'releases'],
    ])
  })

  test('Objects that no service knows the types of are null without an error', async () => {
    federation.instead = (service) => (service === 'releases' ? { data: { _entities: [null] } } : undefined)
    const { data, errors } = await federation.ask('{ top { score __typename } }', {}, studio.createWorld())
    federation.instead = undefined
    expect([data, errors]).toEqual([{ top: null }, []])
  })
})

describe('interfaces without objects', () => {
  let federation: Federation
  beforeAll(async () => {
    federation = await federate(servicesOf(bakery))
  })
  afterAll(() => federation.close())

  test.each([
    ['leads to the objects', '{ product { ... on Bread { id } } }'],
    ['leads to their types', '{ product { __typename id } products { __typename } }'],
    ['leads to fields of the interface', '{ product { weight text } }'],
    ['leads from one such service to another', '{ offered { text ... on Bread { crust next { shade } } } }'],
    ['leads on from inside an object', '{ sale { of { ... on Cake { layers } } price } }'],
    ['is no key of the others', '{ labelled { ... on Cake { code text } } shelf { items { code } best { crust } } }'],
  ])('The key of an interface object that its service cannot resolve %s', async (_what, query) => {
    expect(await compare(bakery, federation, { query, variables: {} })).toEqual({ valid: true, difference: '' })
  })

  test('A lost field of an object that was asked for by its interface has its error', async () => {
    federation.down.add('oven')
    const query = '{ shelf { items { ... on Bread { crust } ... on Product { weight } } } }'
    const { errors } = await federation.ask(query, {}, bakery.createWorld())
    federation.down.clear()
    const paths = ['items.0.weight', 'items.2.crust', 'items.2.weight'].map((path) => `shelf.${path}`)
    expect(errors.map(({ path }) => path?.join('.')).sort()).toEqual(paths)
  })
})

describe('objects that one of two services calls by their interface', () => {
  let federation: Federation
  beforeAll(async () => {
    federation = await federate(servicesOf(archive))
  })
  afterAll(() => federation.close())

  test.each([
    ['with a fragment on what they cannot be', '{ pick { ... on Node { ... on Studio { city } id } } }', 1],
    [
      'found first where nobody says what they are',
      '{ pick { like { ... on Book { twin { id title } next { ... on Printed { id title } id } } } id } }',
      6,
    ],
    [
      'that narrow the field of an interface on which a union has a fragment',
      '{ lent { ... on Titled { ... on Medium { like { title } } } } }',
      2,
    ],
  ])('A query equals the plain schema: %s', async (_what, query, calls) => {
    expect(await compare(archive, federation, { query, variables: {} })).toEqual({ valid: true, difference: '' })
    // Otherwise it would be planned in a way that shows nothing.
    expect(federation.calls.length).toBe(calls)
  })
})
