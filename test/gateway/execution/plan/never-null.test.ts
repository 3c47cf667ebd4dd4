import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import { createEngine, type Engine } from '../../../../gateway/execution/engine.ts'
import { composeAt } from '../../../support/gateway.ts'

let engine: Engine
beforeAll(async () => {
  const sdl = `
    input Filter { size: Int! = 1 tags: [Int!] inner: Filter }
    type Query {
      a: Int  b(size: Int!): Int  c(size: Int! = 3): Int  d(filter: Filter): Int  e(sizes: [Int!]): Int
      free(size: Int): Int
    }`
  engine = await createEngine(composeAt([{ name: 'one', url: 'http://127.0.0.1:1', sdl }]))
})
afterAll(() => engine.close())

const bind = (query: string, variables: object): unknown => {
  const document = parse(query)
  expect(validate(engine.schema, document)).toEqual([])
  try {
    return engine.prepare(query, document).bind({ ...variables }).conditions
  } catch (error) {
    return (error as { extensions: { code: unknown } }).extensions.code
  }
}

describe('optional variables at non-null places', () => {
  test.each<[string]>([
    ['query ($v: Boolean = true) { a @include(if: $v) }'],
    ['query ($v: Boolean = true) { a @skip(if: $v) }'],
    ['query ($v: Boolean = true) { ... @skip(if: $v) { a } }'],
    ['query ($v: Boolean = true) { ...F } fragment F on Query { ...G } fragment G on Query { a @include(if: $v) }'],
    ['query ($v: Int = 2) { b(size: $v) }'],
    ['query ($v: Int) { c(size: $v) }'],
    ['query ($v: Int = 2) { d(filter: {size: $v}) }'],
    ['query ($v: Int = 2) { d(filter: {inner: {tags: [1, $v]}}) }'],
    ['query ($v: Int = 2) { e(sizes: [$v]) }'],
    ['query ($v: Int = 2) { free(size: $v) b(size: $v) }'],
    ['query ($v: Int = 2) { free(size: $v) ...F } fragment F on Query { c(size: $v) }'],
  ])('Null is refused for an optional variable at a non-null place: %s', (query) => {
    expect(bind(query, { v: null })).toBe('BAD_USER_INPUT')
    expect(bind(query, {})).not.toBe('BAD_USER_INPUT')
  })

  test('A null default is refused at a non-null place', () => {
    expect(bind('query ($v: Int = null) { c(size: $v) }', {})).toBe('BAD_USER_INPUT')
    expect(bind('query ($v: Int = null) { c(size: $v) }', { v: 1 })).toEqual({})
  })

  test('A missing variable keeps its default', () => {
    expect(bind('query ($v: Boolean = true) { a @include(if: $v) }', {})).toEqual({ v: true })
    expect(bind('query ($v: Boolean = true) { a @include(if: $v) }', { v: false })).toEqual({ v: false })
  })
})

test('Null stays null where it is allowed', () => {
  expect(bind('query ($v: Int = 2) { free(size: $v) }', { v: null })).toEqual({})
  expect(bind('query ($v: Filter = {}) { d(filter: $v) }', { v: null })).toEqual({})
})
