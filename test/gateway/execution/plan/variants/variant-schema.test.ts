import { describe, expect, test } from '@jest/globals'
import { buildSchema, lexicographicSortSchema, parse, printSchema, validateSchema } from 'graphql'
import { publicSchema } from '../../../../../gateway/composition/compose.ts'
import { type VariantFilter, variantSchema } from '../../../../../gateway/execution/plan/variant-schema.ts'
import fc from '../../../../support/fast-check.ts'
import { composeAt } from '../../../../support/gateway.ts'
import { stockContract } from './stock-contract.ts'

const compose = (sdl: string): string =>
  composeAt([
    {
      name: 'one',
      url: 'http://127.0.0.1:1',
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@inaccessible"])
        ${sdl}`,
    },
  ])

const sorted = (sdl: string): string => printSchema(lexicographicSortSchema(buildSchema(sdl)))

/** `@a` in place of `@tag(name: "a")`. */
const tagged = (sdl: string): string => sdl.replaceAll(/@([a-z])(?![\w])/g, '@tag(name: "$1")')

function filtered(sdl: string, filter: Partial<VariantFilter>): string {
  const supergraph = compose(tagged(sdl))
  const whole = { include: [], exclude: [], hideUnreachable: false, ...filter }
  return variantSchema(parse(supergraph), publicSchema(supergraph), whole).sdl
}

describe('what a filter leaves', () => {
  const cases: readonly [rule: string, sdl: string, filter: Partial<VariantFilter>, left: string][] = [
    ['an excluded field is gone', 'type Query { a: Int b: Int @x }', { exclude: ['x'] }, 'type Query { a: Int }'],
    ['without filters all is there', 'type Query { a: Int b: Int @x }', {}, 'type Query { a: Int b: Int }'],
    ['a tag of neither list changes nothing', 'type Query { a: Int @y }', { exclude: ['x'] }, 'type Query { a: Int }'],
    ['only included fields are there', 'type Query { a: Int @x b: Int }', { include: ['x'] }, 'type Query { a: Int }'],
    [
      'one of several tags is enough',
      'type Query { a: Int @x @y b: Int }',
      { include: ['y'] },
      'type Query { a: Int }',
    ],
    [
      'what is excluded is gone, though it is included',
      'type Query { a: Int @x b: Int @x @y }',
      { include: ['x'], exclude: ['y'] },
      'type Query { a: Int }',
    ],
    [
      'a tag of an object includes its fields',
      'type Query { t: T @x b: Int } type T @x { c: Int d: Int @y }',
      { include: ['x'], exclude: ['y'] },
      'type Query { t: T } type T { c: Int }',
    ],
    [
      'an excluded object is gone, with its fields',
      'type Query { a: Int t: T @x } type T @x { c: Int }',
      { exclude: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'an object without fields is gone',
      'type Query { a: Int t: T @x } type T { c: Int @x }',
      { exclude: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'a root type without fields is gone',
      'type Query { a: Int } type Mutation { b: Int @x }',
      { exclude: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'an excluded interface is gone, and its objects stay',
      'type Query { t: T } interface I @x { c: Int } type T implements I { c: Int }',
      { exclude: ['x'] },
      'type Query { t: T } type T { c: Int }',
    ],
    [
      'a field of an interface can go while its objects keep theirs',
      'type Query { t: T } interface I { c: Int d: Int @x } type T implements I { c: Int d: Int }',
      { exclude: ['x'] },
      'type Query { t: T } interface I { c: Int } type T implements I { c: Int d: Int }',
    ],
    [
      'a union loses hidden members',
      'type Query { u: U } union U = A | B type A { c: Int } type B @x { d: Int }',
      { exclude: ['x'] },
      'type Query { u: U } union U = A type A { c: Int }',
    ],
    [
      'a union must be included itself',
      'type Query { a: A @x u: U } union U = A type A @x { c: Int }',
      { include: ['x'] },
      'type Query { a: A } type A { c: Int }',
    ],
    [
      'a union without members is gone',
      'type Query { a: Int u: U @x } union U = A type A @x { c: Int }',
      { exclude: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'excluded arguments, values and input fields are gone',
      `type Query { a(b: Int @x c: In e: E): Int } input In { d: Int f: Int @x } enum E { G H @x }`,
      { exclude: ['x'] },
      'type Query { a(c: In e: E): Int } input In { d: Int } enum E { G }',
    ],
    [
      'arguments, values, input fields and scalars need no tag to be included',
      'type Query { a(b: In e: E s: S): Int @x z: Int } input In { d: Int } enum E { G } scalar S',
      { include: ['x'] },
      'type Query { a(b: In e: E s: S): Int } input In { d: Int } enum E { G } scalar S',
    ],
    [
      'excluded inputs, enums and scalars are gone with what has them',
      'type Query { a: Int b(c: In): Int @x d: E @x s: S @x } input In @x { d: Int } enum E @x { G } scalar S @x',
      { exclude: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'required arguments can go with a default value',
      'type Query { a(b: Int! = 3 @x): Int }',
      { exclude: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'what is inaccessible to all stays hidden',
      'type Query { a: Int @x b: Int @x @inaccessible }',
      { include: ['x'] },
      'type Query { a: Int }',
    ],
    [
      'types that cannot be reached stay unless they are to go',
      'type Query { a: Int @x t: T } type T @x { c: Int }',
      { include: ['x'] },
      'type Query { a: Int } type T { c: Int }',
    ],
  ]
  test.each(cases)('By a filter, %s', (_rule, sdl, filter, left) => {
    const found = filtered(sdl, filter)
    expect(sorted(found)).toBe(sorted(left))
    const { include = [], exclude = [] } = filter
    expect(sorted(found)).toBe(sorted(stockContract(compose(tagged(sdl)), { include, exclude })))
  })

  const unreachable: readonly [rule: string, sdl: string, left: string][] = [
    ['types of hidden fields', 'type Query { a: Int t: T @x } type T { e: E } enum E { G }', 'type Query { a: Int }'],
    [
      'types of hidden arguments',
      'type Query { a(b: In @x): Int } input In { c: In2 } input In2 { d: S } scalar S',
      'type Query { a: Int }',
    ],
    [
      'no objects of an interface that a field gives',
      'type Query { i: I } interface I { c: Int } type T implements I { c: Int d: D } type D { e: Int }',
      'type Query { i: I } interface I { c: Int } type T implements I { c: Int d: D } type D { e: Int }',
    ],
    [
      'other objects of an interface that no field gives',
      'type Query { t: T i: I @x } interface I { c: Int } type T implements I { c: Int } type O implements I { c: Int }',
      'type Query { t: T } interface I { c: Int } type T implements I { c: Int }',
    ],
    [
      'no members of a union',
      'type Query { u: U o: O @x } union U = A type A { c: Int } type O { c: Int }',
      'type Query { u: U } union U = A type A { c: Int }',
    ],
  ]
  test.each(unreachable)('Where unreachable types are to go, so do %s', (_rule, sdl, left) => {
    expect(sorted(filtered(sdl, { exclude: ['x'], hideUnreachable: true }))).toBe(sorted(left))
  })
})

describe('what a filter cannot hide', () => {
  const cases: readonly [rule: string, sdl: string, fault: string][] = [
    ['all that can be asked', 'type Query { a: Int @x }', 'It hides every field of "Query".'],
    [
      'a type that a field has',
      'type Query { a: Int t: T } type T @x { c: Int }',
      'It hides "T", but not "Query.t", which has that type.',
    ],
    [
      'a type that an argument has',
      'type Query { a(b: In): Int } input In @x { c: Int }',
      'It hides "In", but not "Query.a(b:)", which has that type.',
    ],
    ['a required argument', 'type Query { a(b: Int! @x): Int }', 'It hides "Query.a(b:)", which is required.'],
    [
      'a required input field',
      'type Query { a(b: In): Int } input In { c: Int d: Int! @x }',
      'It hides "In.d", which is required.',
    ],
    [
      'a field that an interface has',
      'type Query { i: I } interface I { c: Int d: Int } type T implements I { c: Int @x d: Int }',
      'It hides "T.c", but not "I.c" of its interface.',
    ],
    [
      'an argument that an interface has',
      'type Query { i: I } interface I { c(a: Int): Int } type T implements I { c(a: Int @x): Int }',
      'It hides "T.c(a:)", but not "I.c(a:)".',
    ],
    [
      'an argument of an interface that its object requires',
      'type Query { i: I } interface I { c(a: Int! = 1 @x): Int } type T implements I { c(a: Int!): Int }',
      'It hides "I.c(a:)", which "T" requires.',
    ],
    [
      'a value that is a default',
      'type Query { a(b: [E!] = [H]): Int } enum E { G H @x }',
      'It hides "E.H", which is in the default value of "Query.a(b:)".',
    ],
    [
      'an input field that is in a default',
      'type Query { a(b: In = { c: { d: 1 } }): Int } input In { c: In2 } input In2 { d: Int @x e: Int }',
      'It hides "In2.d", which is in the default value of "Query.a(b:)".',
    ],
  ]
  test.each(cases)('A filter cannot hide %s, as with Apollo', (_rule, sdl, fault) => {
    expect(() => filtered(sdl, { exclude: ['x'] })).toThrow(fault)
    expect(() => stockContract(compose(tagged(sdl)), { include: [], exclude: ['x'] })).toThrow()
  })
})

test('Tags are recognized under their imported name, and unused ones are reported', () => {
  const supergraph = composeAt([
    {
      name: 'one',
      url: 'http://127.0.0.1:1',
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [{ name: "@tag", as: "@label" }])
        type Query { a: Int b: Int @label(name: "x") }`,
    },
  ])
  const filter = { include: ['z'], exclude: ['x', 'misspelt'], hideUnreachable: true }
  const { sdl, unknownTags } = variantSchema(parse(supergraph), publicSchema(supergraph), { ...filter, include: [] })
  expect(sorted(sdl)).toBe(sorted('type Query { a: Int }'))
  expect(unknownTags).toEqual(['misspelt'])
})

/** `@0`, `@1` … are places for tags. */
const places = `
  type Query { node(id: ID! = "1" @0): Node @1 find(by: Filter @2, kind: Kind = BIG @3): [Found!] @4 own: Own @5 at: Time @6 }
  type Mutation { put(own: OwnInput!): Own @7 }
  interface Node @8 { id: ID! @9 kind(of: Kind @10): Kind @11 }
  type Own implements Node @12 { id: ID! @13 kind(of: Kind @14): Kind @15 other: Other @16 }
  type Other implements Node @17 { id: ID! @18 kind(of: Kind @19, more: Int @20): Kind @21 at: Time @22 }
  union Found @23 = Own | Other
  enum Kind @24 { BIG @25 SMALL @26 }
  input Filter @27 { kind: Kind = SMALL @28 deep: Deep = { size: 1 } @29 }
  input Deep @30 { size: Int @31 other: Int @32 }
  input OwnInput @33 { id: ID! @34 kind: Kind @35 }
  scalar Time @36
`
const PLACES = 37

test('Filters of random tags leave what Apollo leaves, and refuse what Apollo refuses', () => {
  const tag = fc.constantFrom('', '', '', '', 'a', 'a', 'b')
  const choices = fc.record({
    tags: fc.array(tag, { minLength: PLACES, maxLength: PLACES }),
    include: fc.constantFrom([], [], ['a']),
    exclude: fc.constantFrom([], ['b'], ['b'], ['a', 'b']),
  })
  const marked = compose(places.replaceAll(/@(\d+)/g, '@tag(name: "t$1")'))
  const whole = publicSchema(marked)
  let left = 0
  let refused = 0
  fc.assert(
    fc.property(choices, ({ tags, include, exclude }) => {
      const supergraph = marked.replaceAll(/@tag\(name: "t(\d+)"\)/g, (_all, at) =>
        tags[at] ? `@tag(name: "${tags[at]}")` : '',
      )
      const filter = {
        include,
        exclude: exclude.filter((each) => !include.some((one) => one === each)),
        hideUnreachable: false,
      }
      const ours = outcome(() => variantSchema(parse(supergraph), whole, filter).sdl)
      const theirs = outcome(() => stockContract(supergraph, filter))
      expect({ ours: ours.sdl }).toEqual({ ours: theirs.sdl })
      if (ours.sdl === undefined) refused += 1
      else left += 1
      if (ours.sdl !== undefined) expect(validateSchema(buildSchema(ours.sdl))).toEqual([])
    }),
    { numRuns: 40, seed: 7 },
  )
  expect(Math.min(left, refused)).toBeGreaterThan(5)
})

function outcome(make: () => string): { readonly sdl?: string } {
  try {
    return { sdl: sorted(make()) }
  } catch {
    return {}
  }
}
