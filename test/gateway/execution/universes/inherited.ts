/**
 * Everything is named after what every object of JavaScript inherits: services, types, fields,
 * arguments, enum values, keys of scalars.
 */
import { read, type Thing, type Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable"])`

const names = `${link}
scalar toString
scalar Json
type Query { constructor: constructor toString(valueOf: toString, hasOwnProperty: isPrototypeOf): toString list: [constructor!] valueOf: valueOf json(value: Json): Json }
type Mutation { valueOf(constructor: Int = 1): Int! hasOwnProperty: Int }
interface valueOf { hasOwnProperty: ID! isPrototypeOf: propertyIsEnumerable }
enum propertyIsEnumerable { constructor toString valueOf }
input isPrototypeOf { constructor: String toString: Int = 3 valueOf: propertyIsEnumerable = valueOf nested: isPrototypeOf }
type constructor implements valueOf @key(fields: "hasOwnProperty") {
  hasOwnProperty: ID!
  isPrototypeOf: propertyIsEnumerable
  constructor: constructor
  toLocaleString: [hasOwnProperty!]
  valueOf: Int
}
type hasOwnProperty @key(fields: "constructor") { constructor: ID! toString: Float }
union __lookupGetter = constructor | hasOwnProperty
`.replace('union __lookupGetter = constructor | hasOwnProperty\n', 'union propertyIs = constructor | hasOwnProperty\n')

const more = `${link}
scalar Json
type Query { propertyIs: propertyIs }
type constructor @key(fields: "hasOwnProperty") {
  hasOwnProperty: ID!
  valueOf: Int @external
  toString(constructor: Int, valueOf: String = "x"): String
  propertyIsEnumerable: Json
  isPrototypeOf2: String @requires(fields: "valueOf")
}
type hasOwnProperty @key(fields: "constructor") { constructor: ID! valueOf: Boolean hasOwnProperty: constructor }
union propertyIs = constructor | hasOwnProperty
`

function createWorld() {
  const json = JSON.parse(
    '{"__proto__": {"constructor": [1]}, "toString": null, "constructor": {"__proto__": 2}}',
  ) as unknown
  const things: Record<string, unknown>[] = ['1', 'id'].map((id, index) => ({
    __proto__: null,
    __typename: 'constructor',
    hasOwnProperty: id,
    isPrototypeOf: index === 0 ? 'constructor' : null,
    valueOf: index === 0 ? 7 : null,
    toString: ({ constructor: number, valueOf: text }: Readonly<Record<string, unknown>>) => `${number} ${text}`,
    propertyIsEnumerable: index === 0 ? json : null,
    toLocaleString: null,
    constructor: null,
  }))
  const others: Record<string, unknown>[] = ['1', 'two'].map((id, index) => ({
    __proto__: null,
    __typename: 'hasOwnProperty',
    constructor: id,
    toString: index === 0 ? null : 1.5,
    valueOf: index === 0,
    hasOwnProperty: things[index],
  }))
  const [first, second] = things
  if (first) Object.assign(first, { constructor: second, toLocaleString: others })
  let changes = 0
  return {
    Query: {
      __proto__: null,
      constructor: first,
      toString: (args: Readonly<Record<string, unknown>>) => JSON.stringify(args),
      list: things,
      valueOf: second,
      json: ({ value }: Readonly<Record<string, unknown>>) => value ?? json,
      propertyIs: others[1],
    } as Thing,
    Mutation: {
      __proto__: null,
      valueOf: ({ constructor: by }: Readonly<Record<string, unknown>>) => {
        changes += Number(by ?? 0)
        return changes
      },
      hasOwnProperty: () => changes,
    } as Thing,
    entities: [...things, ...others] as Thing[],
  }
}

export const inherited: Universe = {
  name: 'heritage',
  services: { constructor: names, toString: more },
  createWorld,
  computed: { 'constructor.isPrototypeOf2': (input) => `from ${read(input, 'valueOf')}` },
}
