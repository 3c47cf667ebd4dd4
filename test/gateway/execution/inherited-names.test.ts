/** Fields with names that every JavaScript object inherits, if a service does not give them. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type AskedAnswer, type Federation, federate } from './support/federation.ts'
import { servicesOf } from './support/universe.ts'
import { inherited } from './universes/inherited.ts'

let federation: Federation
beforeAll(async () => {
  federation = await federate(servicesOf(inherited))
})
afterAll(() => federation.close())
beforeEach(() => {
  federation.instead = undefined
  federation.down.clear()
})

const ask = (query: string): Promise<AskedAnswer> => federation.ask(query, {}, inherited.createWorld())
const told = ({ data, errors }: AskedAnswer): unknown[] => [
  JSON.parse(JSON.stringify(data)),
  errors.map(({ path, message }) => `${path?.join('.')} ${message}`),
]
const given = (object: object) => (service: string) =>
  service === 'constructor' ? { data: { constructor: { __typename: 'constructor', ...object } } } : undefined

test('A field a service leaves out is null, and an error where it may not be null', async () => {
  federation.instead = given({})
  expect(told(await ask('{ constructor { valueOf constructor { valueOf } toLocaleString { toString } } }'))).toEqual([
    { constructor: { valueOf: null, constructor: null, toLocaleString: null } },
    [],
  ])
  expect(told(await ask('{ constructor { hasOwnProperty } }'))).toEqual([
    { constructor: null },
    ['constructor.hasOwnProperty Cannot return null for non-nullable field constructor.hasOwnProperty.'],
  ])
})

test('A key or an input that a service leaves out is sent to no other service', async () => {
  federation.instead = given({})
  federation.calls.length = 0
  await ask('{ constructor { toString isPrototypeOf2 } }')
  expect(federation.calls.map(({ service }) => service)).toEqual(['constructor'])
  federation.instead = given({ hasOwnProperty: '1' })
  await ask('{ constructor { toString isPrototypeOf2 } }')
  expect(federation.calls.at(-1)?.variables['representations']).toEqual([
    { __typename: 'constructor', hasOwnProperty: '1' },
  ])
})

test('An entity its service does not know is null', async () => {
  federation.instead = given({ hasOwnProperty: '404', valueOf: 1 })
  expect(told(await ask('{ constructor { toString isPrototypeOf2 propertyIsEnumerable } }'))).toEqual([
    { constructor: { toString: null, isPrototypeOf2: null, propertyIsEnumerable: null } },
    [],
  ])
})

test('An unavailable service costs its own fields', async () => {
  federation.down.add('toString')
  expect(told(await ask('{ constructor { hasOwnProperty toString } }'))).toEqual([
    { constructor: { hasOwnProperty: '1', toString: null } },
    ['constructor.toString The service is away.'],
  ])
  federation.down.add('constructor')
  expect(told(await ask('{ constructor { hasOwnProperty } toString }'))).toEqual([
    { constructor: null, toString: null },
    ['constructor The service is away.', 'toString The service is away.'],
  ])
})
