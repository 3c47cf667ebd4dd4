import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parse, validate } from 'graphql'
import { createEngine, type Engine } from '../../../../gateway/execution/engine.ts'
import { composeAt } from '../../../support/gateway.ts'

let engine: Engine
beforeAll(async () => {
  const sdl = `
    type Query { a: Int c(size: Int! = 3): Int free(is: Boolean): Int }`
  engine = await createEngine(composeAt([{ name: 'one', url: 'http://127.0.0.1:1', sdl }]))
})
afterAll(() => engine.close())

const bind = (query: string, variables: object, name?: string): unknown => {
  const document = parse(query)
  expect(validate(engine.schema, document)).toEqual([])
  try {
    return engine.prepare(query, document, name).bind({ ...variables }).conditions
  } catch (error) {
    return (error as { extensions: { code: unknown } }).extensions.code
  }
}

describe('optional variables in conditions', () => {
  test.each<[string]>([
    ['query ($v: Boolean = true) { a @include(if: $v) }'],
    ['query ($v: Boolean = true) { a @skip(if: $v) }'],
    ['query ($v: Boolean = true) { ... @skip(if: $v) { a } }'],
    ['query ($v: Boolean = true) { ...F } fragment F on Query { ...G } fragment G on Query { a @include(if: $v) }'],
  ])('Null is refused: %s', (query) => {
    expect(bind(query, { v: null })).toBe('BAD_USER_INPUT')
    expect(bind(query, {})).not.toBe('BAD_USER_INPUT')
  })

  test('Null is not refused for a condition of another operation', () => {
    const query = 'query A($v: Boolean = true) { free(is: $v) } query B($v: Boolean = true) { a @skip(if: $v) }'
    expect(bind(query, { v: null }, 'A')).toEqual({})
  })

  test('A name of no variable is no condition', () => {
    expect(bind('query ($v: Int = 2) { c(size: $v) }', { 'v=null': true })).toEqual({ 'v=null': false })
  })

  test('A missing variable keeps its default', () => {
    expect(bind('query ($v: Boolean = true) { a @include(if: $v) }', {})).toEqual({ v: true })
    expect(bind('query ($v: Boolean = true) { a @include(if: $v) }', { v: false })).toEqual({ v: false })
  })
})
