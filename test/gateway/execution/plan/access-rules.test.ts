/** Requirements of fields in supergraphs whose composition did not propagate them. */
import { composeServices } from '@apollo/composition'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'graphql'
import { readAccessRules } from '../../../../gateway/execution/plan/access-rules.ts'

const LINKS = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) { query: Query }`

const guardedFields = (types: string): string[] => [...readAccessRules(parse(`${LINKS} ${types}`)).fields.keys()].sort()

test('A field needs what is needed for the field of a context that an argument takes', () => {
  const types = `
    type Query { holder: Holder }
    type Holder @context(name: "a__c") { secret: String @authenticated inner: Inner }
    type Other @context(name: "a__c") { open: String }
    type Inner {
      told: Int @join__field(graph: A, contextArguments: [{ context: "a__c", name: "x", type: "String",
        selection: " ... on Holder { secret } ... on Other { open }" }])
      free: Int @join__field(graph: A, contextArguments: [{ context: "a__c", name: "x", type: "String", selection: "{ inner { free } }" }])
    }`
  expect(guardedFields(types)).toEqual(['Holder.secret', 'Inner.told'])
})

test('A field that requires a field of an interface needs what its objects need for it', () => {
  const types = `
    type Query { keeper: Keeper }
    interface Animal { legs: Int name: String }
    type Dog implements Animal { legs: Int @authenticated name: String }
    type Keeper {
      animal: Animal
      shoes: Int @join__field(graph: A, requires: "animal { legs }")
      tag: Int @join__field(graph: A, requires: "animal { name }")
    }`
  expect(guardedFields(types)).toEqual(['Dog.legs', 'Keeper.shoes'])
})

test("An object's field needs what its interface's field requires of that object", () => {
  const types = `
    type Query { song: Song film: Film }
    interface Playable @join__type(graph: A, key: "id") @join__type(graph: B, key: "id", isInterfaceObject: true) {
      id: ID! length: Int @join__field(graph: A) @join__field(graph: B, external: true)
      pace: Int @join__field(graph: B, requires: "length")
    }
    type Song implements Playable { id: ID! length: Int @authenticated pace: Int @join__field }
    type Film implements Playable { id: ID! length: Int pace: Int @join__field }`
  expect(guardedFields(types)).toEqual(['Playable.pace', 'Song.length', 'Song.pace'])
})

describe('rules that older compositions leave at interfaces', () => {
  const shapes = (rules: { type?: string; field?: string; square?: string; circle?: string }): string => `
    type Query { square: Square circle: Circle }
    interface Shape ${rules.type ?? ''} { area: Int ${rules.field ?? ''} side: Int }
    type Square implements Shape { area: Int ${rules.square ?? ''} side: Int }
    type Circle implements Shape { area: Int ${rules.circle ?? ''} side: Int }`

  test("One of an interface's field guards the field of each of its objects", () => {
    expect(guardedFields(shapes({ field: '@authenticated' }))).toEqual(['Circle.area', 'Shape.area', 'Square.area'])
  })

  test('A rule of an interface guards each of its objects', () => {
    const guarded = guardedFields(shapes({ type: '@authenticated' }))
    expect(guarded).toEqual(expect.arrayContaining(['Circle.side', 'Query.circle', 'Query.square', 'Square.side']))
  })

  test("One that follows from the objects' own guards no other object", () => {
    const auth = shapes({ field: '@authenticated', square: '@authenticated' })
    expect(guardedFields(auth)).toEqual(['Shape.area', 'Square.area'])
    const rules = ['a b', 'a', 'b'].map((text) => `@policy(policies: [${JSON.stringify(text.split(' '))}])`)
    const [field = '', square = '', circle = ''] = rules
    const { requirements, fields } = readAccessRules(parse(`${LINKS} ${shapes({ field, square, circle })}`))
    const needed = (name: string) => fields.get(name)?.map((each) => requirements[each])
    expect(needed('Circle.area')).toEqual([{ kind: 'policies', anyOf: [['b']] }])
    const other = readAccessRules(parse(`${LINKS} ${shapes({ field, square })}`))
    expect(other.fields.get('Circle.area')).toEqual(other.fields.get('Shape.area'))
  })

  test.each([
    ['with one in common', (name: string) => [[name], ['admin']]],
    ['with none in common', (name: string) => [[`read ${name}`], [`write ${name}`]]],
  ])('One that follows from the alternatives of ten objects, %s, guards no object', (_, listsOf) => {
    const names = Array.from({ length: 10 }, (_each, index) => `Shape${index}`)
    const ruleOf = (name: string) => `@policy(policies: ${JSON.stringify(listsOf(name))})`
    const typeDefs = parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
      type Query { shape: Shape }
      interface Shape { area: Int }
      ${names.map((name) => `type ${name} implements Shape { area: Int ${ruleOf(name)} }`).join('\n')}`)
    const { supergraphSdl = '' } = composeServices([{ name: 'one', typeDefs }])
    const { requirements, fields } = readAccessRules(parse(supergraphSdl))
    for (const name of names) {
      const needed = fields.get(`${name}.area`)?.map((each) => requirements[each])
      expect(needed).toEqual([{ kind: 'policies', anyOf: listsOf(name) }])
    }
  })
})
