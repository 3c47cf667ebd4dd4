import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readAnswer } from '../../../support/answer.ts'
import { ask, type Operation, startTestGateway, verdict } from '../../../support/gateway.ts'
import { type ShopGateway, startShopGateway } from '../../../support/shop-gateway.ts'

let gateway: ShopGateway
beforeAll(async () => {
  gateway = await startShopGateway()
})
afterAll(() => gateway.stop())

const members = (count: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [n.toString(36), 0]))
const byNumber = 'query ($value: Int) { orders(first: $value) { id } }'
const byObject = 'mutation ($value: BuyInput!) { buy(input: $value) { id } }'

describe('number of values', () => {
  test.each<[string, string, Record<string, unknown>]>([
    ['an object for a number', byNumber, { value: members(10_000) }],
    ['an object for an input object', byObject, { value: members(10_000) }],
    ['a list for a number', byNumber, { value: Array(10_000).fill(1) }],
    ['small lists', byNumber, { value: Array(2_500).fill([1, 1, 1]) }],
    ['empty objects', byObject, { value: { item: Array(10_000).fill({}) } }],
    ['variables that nothing uses', '{ whoAmI }', members(10_001)],
  ])('More values than the limit are refused: %s', async (_what, query, variables) => {
    const answer = await ask(gateway.url, { query, variables })
    expect(verdict(answer)).toBe('400 OPERATION_TOO_COMPLEX')
    expect(answer.errors?.[0]?.message).toBe('The request holds more than 10000 values.')
  })

  test.each<[string, string]>([
    ['as many members of objects as a body can hold', `{"a":{${'"a":1,'.repeat(100_000)}"a":1}}`],
    ['in objects of one member', `{"a":[${`${'{"a":'.repeat(40)}1${'}'.repeat(40)},`.repeat(4_000)}1]}`],
    ['as many items', `{"a":[${'1,'.repeat(400_000)}1]}`],
    ['as many levels of lists', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['as many levels of objects', `{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
    ['between texts with quotes in them', `{"a":[${'"\\"",'.repeat(100_000)}1]}`],
  ])('More values than the limit are refused before the body is parsed: %s', async (_what, variables) => {
    const parse = jest.spyOn(JSON, 'parse')
    const body = `{"query":"{ whoAmI }","variables":${variables}}`
    const headers = { 'content-type': 'application/json' }
    const answer = await readAnswer(await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body }))
    const parsed = parse.mock.calls.filter(([text]) => text === body)
    parse.mockRestore()
    expect([verdict(answer), parsed.length]).toEqual(['400 OPERATION_TOO_COMPLEX', 0])
  })

  test('Commas, colons and brackets inside texts do not count', async () => {
    const text = '\\",:[{'.repeat(50_000)
    const operation = { query: `{ whoAmI } # ${text.slice(0, 50_000)}`, variables: { a: text } }
    expect(verdict(await ask(gateway.url, operation))).toBe('200 OK')
  })

  test('A request with as many values as the limit passes', async () => {
    expect(verdict(await ask(gateway.url, { query: '{ whoAmI }', variables: members(10_000) }))).toBe('200 OK')
    expect(verdict(await ask(gateway.url, { query: '{ whoAmI }', variables: { a: Array(9_999).fill(1) } }))).toBe(
      '200 OK',
    )
  })
})

describe('refused variables', () => {
  const nested = Array.from({ length: 70 }).reduce<object>((inner) => [inner], [])
  test.each<[string, string, Operation]>([
    ['by the values looked at', 'OPERATION_TOO_COMPLEX', { query: byNumber, variables: { value: members(10_000) } }],
    ['where they nest too deep', 'OPERATION_TOO_COMPLEX', { query: byNumber, variables: { value: nested } }],
    ['by their characters', 'BAD_USER_INPUT', { query: byNumber, variables: { value: 'x'.repeat(10_000) } }],
    ['by the names in them', 'BAD_USER_INPUT', { query: byObject, variables: { value: { ['x'.repeat(10_000)]: 1 } } }],
  ])('A caller pays for refused variables until told to wait: %s', async (_how, code, operation) => {
    const poor = await startTestGateway({ services: gateway.shop.services, limits: { costPerMinute: 5_000 } })
    try {
      // Also once the operation is known.
      const valid = { ...operation, variables: operation.query === byNumber ? { value: 1 } : { value: { item: 'a' } } }
      expect(verdict(await ask(poor.url, valid))).toBe('200 OK')
      const met: string[] = []
      for (let n = 0; n < 7; n += 1) met.push(verdict(await ask(poor.url, operation)))
      expect(met[0]).toBe(`400 ${code}`)
      expect(met.at(-1)).toBe('429 BUDGET_EXHAUSTED')
      expect(verdict(await ask(poor.url, valid))).toBe('429 BUDGET_EXHAUSTED')
    } finally {
      await poor.stop()
    }
  })

  test('A caller also pays for refused variables of a new operation', async () => {
    const poor = await startTestGateway({ services: gateway.shop.services, limits: { costPerMinute: 5_000 } })
    try {
      const operation = { query: byNumber, variables: { value: 'x'.repeat(10_000) } }
      expect(verdict(await ask(poor.url, operation))).toBe('400 BAD_USER_INPUT')
      expect(verdict(await ask(poor.url, operation))).toBe('429 BUDGET_EXHAUSTED')
    } finally {
      await poor.stop()
    }
  })
})
