import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createClient } from '@redis/client'
import { openExchange } from '../../../../gateway/exchange/exchange.ts'
import { createBudget, noBudget } from '../../../../gateway/request/policies/budget.ts'
import { shareBudget } from '../../../../gateway/request/policies/shared-budget.ts'
import { connectRedis } from '../../../../platform/redis/connection.ts'
import { log } from '../../../support/log.ts'
import { type RedisServer, startRedis } from '../../../support/redis.ts'
import { until } from '../../../support/until.ts'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.kill())

const HOUR = 3_600_000 // milliseconds

const plans = {
  planOf: () => ({
    windows: [{ every: HOUR, cost: 100 }],
    limit: 'budgetCost' as const,
    requestsAtOnce: Number.POSITIVE_INFINITY,
  }),
  boundsCost: true,
  boundsRequests: false,
}

test('A measured budget reports each request once, whoever counts it', async () => {
  const connection = connectRedis(redis.url, 1_000, 'each counts alone', log)
  const measured = new Set(['budgetCost' as const])
  let reports = 0
  const reportMeasured = () => {
    reports += 1
  }
  const own = createBudget(plans, measured, reportMeasured)
  const spend = shareBudget({ redis: connection, plans, own, measured, reportMeasured })
  const spendCost = async (cost: number): Promise<boolean> => {
    const request = { method: 'POST', url: '/graphql', headers: {}, address: () => '192.0.2.2', readText: () => '' }
    const exchange = Object.assign(openExchange(request, 'test'), { cost })
    own.spend(exchange, cost)
    const spent = spend(exchange)
    await spent
    return spent !== undefined
  }
  await until(() => spendCost(0))
  await spendCost(60)
  expect(reports).toBe(0)
  await spendCost(60)
  expect(reports).toBe(1)
  connection.close()
})

test('An operation that all gateways together refuse takes nothing from what its own gateway counts', async () => {
  const [connection, others] = [1, 2].map(() => connectRedis(redis.url, 1_000, 'each counts alone', log))
  if (!connection || !others) throw new Error('no connection')
  const refuses = { measured: new Set<never>(), reportMeasured: () => undefined }
  const exchangeOf = (cost: number) => {
    const request = { method: 'POST', url: '/graphql', headers: {}, address: () => '192.0.2.3', readText: () => '' }
    return Object.assign(openExchange(request, 'test'), { cost })
  }
  const elsewhere = shareBudget({ redis: others, plans, own: noBudget, ...refuses })
  await until(() => elsewhere(exchangeOf(0)) !== undefined)
  await elsewhere(exchangeOf(50))
  const own = createBudget(plans)
  const spend = shareBudget({ redis: connection, plans, own, ...refuses })
  await until(() => spend(exchangeOf(0)) !== undefined)
  const refused = exchangeOf(60)
  own.spend(refused, 60)
  await expect(spend(refused)).rejects.toMatchObject({ extensions: { code: 'BUDGET_EXHAUSTED' } })
  expect(own.left(refused)).toMatchObject([{ left: 50 }])
  connection.close()
  others.close()
})

test("What a caller has left is neither lost nor frozen when Redis' clock is set back", async () => {
  const connection = connectRedis(redis.url, 1_000, 'each counts alone', log)
  let left: readonly number[] = []
  const spend = shareBudget({
    redis: connection,
    plans,
    own: {
      ...noBudget,
      learn(_exchange, elsewhere) {
        left = elsewhere
      },
    },
    measured: new Set(),
    reportMeasured: () => undefined,
  })
  const spendCost = (cost: number) => {
    const request = { method: 'POST', url: '/graphql', headers: {}, address: () => '192.0.2.1', readText: () => '' }
    return spend(Object.assign(openExchange(request, 'test'), { cost }))
  }
  await until(async () => {
    await spendCost(10)
    return left.length > 0
  })
  expect(left).toEqual([90])
  const client = await createClient({ url: redis.url }).connect()
  const [key = ''] = await client.keys('tributary:budget:{address 192.0.2.1}:*')
  await client.hSet(key, 'at', Date.now() + HOUR)
  await spendCost(10)
  expect(left).toEqual([80])
  await client.hSet(key, 'at', Date.now() + HOUR)
  await expect(spendCost(99)).rejects.toMatchObject({ extensions: { code: 'BUDGET_EXHAUSTED' } })
  expect(Number(await client.hGet(key, 'at'))).toBeLessThan(Date.now() + HOUR / 2)
  client.destroy()
  connection.close()
})
