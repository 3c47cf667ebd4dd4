/**
 * Services may send any number of errors and values: the gateway reads a limited number, in linear
 * time.
 */
import { describe, expect, test } from '@jest/globals'
import { readBody } from '../../../../gateway/traffic/call/answer.ts'
import { CallFailure } from '../../../../gateway/traffic/call/failure.ts'

const errorsOf = (errors: readonly unknown[]) =>
  readBody(Buffer.from(JSON.stringify({ data: { f: null }, errors })), 200).answer.parsed().errors ?? []

describe('service errors', () => {
  test('At most 200 errors of an answer are read, and an extra error counts the rest', () => {
    const errors = errorsOf(Array(100_000).fill({ message: 'x', path: ['f'] }))
    expect(errors).toHaveLength(201)
    expect(errors.at(-1)).toEqual({ message: '99800 more errors in one answer', extensions: { code: 'INTERNAL' } })
    expect(errorsOf(Array(200).fill({ message: 'x' }))).toHaveLength(200)
  })

  test('Numbers in an error become plain numbers, however they are written', () => {
    const body = `{"data":null,"errors":[{"message":"x","path":["a",1.0],"extensions":{"code":"BUDGET_EXHAUSTED","retryAfter":9.0}}]}`
    expect(readBody(Buffer.from(body), 200).answer.parsed().errors).toEqual([
      { message: 'x', path: ['a', 1], extensions: { code: 'BUDGET_EXHAUSTED', retryAfter: 9 } },
    ])
  })

  test('An infinite retry time is dropped, since JSON has no infinity', () => {
    const body = '{"data":null,"errors":[{"message":"x","extensions":{"code":"BUDGET_EXHAUSTED","retryAfter":1e400}}]}'
    expect(readBody(Buffer.from(body), 200).answer.parsed().errors).toEqual([
      { message: 'x', extensions: { code: 'BUDGET_EXHAUSTED' } },
    ])
  })

  test('An answer may begin with a byte order mark', () => {
    expect(readBody(Buffer.from('\ufeff{"data":{"a":1}}'), 200).answer.parsed()).toEqual({ data: { a: 1 } })
  })

  test.each(['1.10', '{"data":1.10}', '[]', '{"data":[]}', '{}', '{"errors":1.10}'])(
    '%s is no GraphQL answer',
    (text) => {
      expect(() => readBody(Buffer.from(text), 200)).toThrow(CallFailure)
    },
  )

  test('Each caller parses an answer for itself', () => {
    const { answer } = readBody(Buffer.from('{"data":{"a":[1]}}'), 200)
    const [first, second] = [answer.parsed(), answer.parsed()]
    expect(second).toEqual(first)
    expect(second.data?.['a']).not.toBe(first.data?.['a'])
  })

  test('A path longer than any selection is dropped', () => {
    expect(errorsOf([{ message: 'x', path: Array(1_000_000).fill('f') }])[0]?.path).toBeUndefined()
    expect(errorsOf([{ message: 'x', path: Array(1_000).fill('f') }])[0]?.path).toHaveLength(1_000)
  })
})
