import { expect, test } from '@jest/globals'
import { type OperationDefinitionNode, parse } from 'graphql'
import type { KnownOperation } from '../../../../gateway/document/documents.ts'
import { type Exchange, openExchange } from '../../../../gateway/exchange/exchange.ts'
import { limitOf } from '../../../../gateway/limits/limits.ts'
import { createConcurrencyLimit, type LimitConcurrency } from '../../../../gateway/request/policies/concurrency.ts'
import type { HttpReply } from '../../../../platform/http/message/message.ts'

const OFF = Number.POSITIVE_INFINITY
const operationOf = (text: string) =>
  ({ definition: parse(text).definitions[0] as OperationDefinitionNode }) as KnownOperation
const query = operationOf('{ a }')
const mutation = operationOf('mutation { a }')

function exchangeOf(address: string, cost: number): Exchange {
  const request = { method: 'POST', url: '/graphql', headers: {}, address: () => address, readText: () => '' }
  return Object.assign(openExchange(request, 'test'), { cost })
}

/** Runs named work that ends when the test ends it. */
function bench(limitConcurrency: LimitConcurrency) {
  const began: string[] = []
  const ends = new Map<string, () => void>()
  const start = (caller: string, name: string, { cost = 1, operation = query, gone = false } = {}) => {
    const exchange = exchangeOf(caller, cost)
    const work = (): Promise<string> => {
      began.push(name)
      return new Promise((resolve) => ends.set(name, () => resolve(name)))
    }
    return limitConcurrency(exchange, operation, { isClosed: () => gone } as HttpReply, work)
  }
  const settled = async (name: string, result: Promise<string>): Promise<void> => {
    ends.get(name)?.()
    await result
    await new Promise(setImmediate)
  }
  return { began, start, settled }
}

test("A caller's operations beyond the limit wait in order, and delay no other caller", async () => {
  const { began, start, settled } = bench(
    createConcurrencyLimit({ operationsInWork: 2, costInWork: OFF, operationsWaiting: 9 }),
  )
  const flood = ['a0', 'a1', 'a2', 'a3'].map((name) => start('a', name))
  start('b', 'b0')
  expect(began).toEqual(['a0', 'a1', 'b0'])
  await settled('a1', flood[1] as Promise<string>)
  expect(began).toEqual(['a0', 'a1', 'b0', 'a2'])
  await settled('a0', flood[0] as Promise<string>)
  expect(began.at(-1)).toBe('a3')
})

test('The total cost of running operations is limited; an operation that costs more runs alone', async () => {
  const { began, start, settled } = bench(
    createConcurrencyLimit({ operationsInWork: OFF, costInWork: 100, operationsWaiting: 9 }),
  )
  const first = start('a', 'a0', { cost: 60 })
  const dear = start('a', 'a1', { cost: 1_000 })
  const last = start('a', 'a2', { cost: 1 })
  expect(began).toEqual(['a0'])
  await settled('a0', first)
  expect(began).toEqual(['a0', 'a1'])
  await settled('a1', dear)
  expect(began).toEqual(['a0', 'a1', 'a2'])
  await settled('a2', last)
})

test('The queue is limited: one operation more is refused with the limit and a time to retry', async () => {
  const { start } = bench(createConcurrencyLimit({ operationsInWork: 1, costInWork: OFF, operationsWaiting: 1 }))
  start('a', 'a0')
  start('a', 'a1')
  const refusal = await start('a', 'a2').catch((error: unknown) => error)
  expect(limitOf(refusal)).toBe('operationsWaiting')
  expect(refusal).toMatchObject({ extensions: { code: 'BUDGET_EXHAUSTED', retryAfter: 1 } })
})

test('A failed operation frees its place for the next', async () => {
  const limitConcurrency = createConcurrencyLimit({ operationsInWork: 1, costInWork: OFF, operationsWaiting: 9 })
  const exchange = exchangeOf('a', 1)
  const reply = { isClosed: () => false } as HttpReply
  const failing = limitConcurrency(exchange, query, reply, () => Promise.reject(new Error('failed')))
  const next = limitConcurrency(exchange, query, reply, async () => 'done')
  await expect(failing).rejects.toThrow('failed')
  expect(await next).toBe('done')
})

test('After a client leaves, its waiting query is dropped and its waiting mutation runs', async () => {
  const { began, start, settled } = bench(
    createConcurrencyLimit({ operationsInWork: 1, costInWork: OFF, operationsWaiting: 9 }),
  )
  const first = start('a', 'a0')
  const read = start('a', 'read', { gone: true }).catch(() => 'not run')
  start('a', 'write', { gone: true, operation: mutation })
  await settled('a0', first)
  expect(await read).toBe('not run')
  await new Promise(setImmediate)
  expect(began).toEqual(['a0', 'write'])
})
