/** Callers pay for the planning of new documents from their budget. */
import { expect, test } from '@jest/globals'
import { budgetsSection } from '../../../../gateway/config/sections/budgets.ts'
import { callerOf } from '../../../../gateway/exchange/caller-key.ts'
import { openExchange } from '../../../../gateway/exchange/exchange.ts'
import { createBudgetPlans } from '../../../../gateway/limits/budget-plans.ts'
import { createBuckets, createBudget } from '../../../../gateway/request/policies/budget.ts'
import { stopClock } from '../../../support/clock.ts'
import { ask, startTestGateway, verdict } from '../../../support/gateway.ts'
import { startShop } from '../../../support/shop.ts'

const exchangeOf = (address: string) =>
  openExchange({ method: 'POST', url: '/graphql', headers: {}, address: () => address, readText: () => '' }, 'test')

test.each([100, 5_000_000])(
  "Twenty seconds of planning use up the caller's budget of %d per minute, and nobody else's",
  async (perMinute) => {
    using clock = stopClock()
    const budget = createBudget(createBudgetPlans(budgetsSection.parse({}), { costPerMinute: perMinute }, 1))
    const [heavy, other] = [exchangeOf('192.0.2.1'), exchangeOf('192.0.2.2')]
    budget.chargePlanning(callerOf(heavy), 19_900)
    budget.spend(heavy, perMinute / 1_000)
    budget.chargePlanning(callerOf(heavy), 5_000)
    expect(() => budget.spend(heavy, 1)).toThrow('budget is used up')
    budget.spend(other, perMinute)
    // The overdraft is paid back first.
    await clock.step(14_000)
    expect(() => budget.spend(heavy, 0)).toThrow('budget is used up')
    await clock.step(2_000)
    budget.spend(heavy, 0)
  },
)

test('An operation that costs more than a full window is refused as too complex, and spends nothing', () => {
  using _clock = stopClock()
  const windows = [
    { every: 60_000, cost: 100 },
    { every: 3_600_000, cost: 50 },
  ]
  const budget = createBudget(createBudgetPlans(budgetsSection.parse({ windows }), { costPerMinute: 1 }, 1))
  const exchange = exchangeOf('192.0.2.1')
  const tooDear = { extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'budgetCost' } }
  expect(() => budget.spend(exchange, 51)).toThrow(expect.objectContaining(tooDear))
  budget.spend(exchange, 50)
  expect(() => budget.spend(exchange, 51)).toThrow(expect.objectContaining(tooDear))
  expect(() => budget.spend(exchange, 50)).toThrow('budget is used up')
})

test('A measured budget that is overdrawn reports a request once, also one with a new text', () => {
  using _clock = stopClock()
  let reports = 0
  const budget = createBudget(
    createBudgetPlans(budgetsSection.parse({}), { costPerMinute: 10 }, 1),
    new Set(['costPerMinute']),
    () => {
      reports += 1
    },
  )
  const first = exchangeOf('192.0.2.1')
  budget.spend(first, 0)
  budget.charge(first, 100)
  const second = exchangeOf('192.0.2.1')
  budget.spend(second, 0)
  budget.spend(second, 0)
  budget.spend(second, 1)
  expect(reports).toBe(1)
})

test('The first sender of a document pays for its planning, later ones do not', async () => {
  const shop = await startShop()
  const env = { TRUSTED_PROXIES: '127.0.0.0/8, ::1' }
  const gateway = await startTestGateway({ services: shop.services, env, limits: { costPerMinute: 3 } })
  const askThrice = async (address: string): Promise<string[]> => {
    const verdicts: string[] = []
    for (let count = 0; count < 3; count += 1)
      verdicts.push(verdict(await ask(gateway.url, '{ order(id: "1") { id } }', { 'x-forwarded-for': address })))
    return verdicts
  }
  {
    using _clock = stopClock() // nothing is refilled
    // Each costs 1.
    expect(await askThrice('192.0.2.1')).toEqual(['200 OK', '200 OK', '429 BUDGET_EXHAUSTED'])
    expect(await askThrice('192.0.2.2')).toEqual(['200 OK', '200 OK', '200 OK'])
  }
  expect(await gateway.registry.metrics()).toMatch(/^tributary_planning_seconds_total 0\.\d*[1-9]/m)
  await gateway.stop()
  await shop.close()
})

test('Remaining budgets survive a change of the windows', () => {
  using _clock = stopClock()
  const buckets = createBuckets()
  const open = (...windows: { every: number; cost: number }[]) =>
    createBudget(
      createBudgetPlans(budgetsSection.parse({ windows }), { costPerMinute: 1 }, 1),
      undefined,
      undefined,
      buckets,
    )
  const caller = exchangeOf('192.0.2.1')
  const left = (...windows: { every: number; cost: number }[]) =>
    open(...windows)
      .left(caller)
      .map((each) => each.left)
  open({ every: 60_000, cost: 10 }).spend(caller, 7)
  expect(left({ every: 60_000, cost: 10 })).toEqual([3])
  expect(left({ every: 60_000, cost: 100 }, { every: 5_000, cost: 8 })).toEqual([3, 8])
  expect(left({ every: 60_000, cost: 2 })).toEqual([2])
})

test("Planning for an API client is charged to the client's own budget", () => {
  using _clock = stopClock()
  const settings = {
    windows: [{ every: 60_000, cost: 3 }],
    client: { header: 'x-client' },
    clients: { partner: { windows: [{ every: 60_000, cost: 1_000 }] } },
  }
  const budget = createBudget(createBudgetPlans(budgetsSection.parse(settings), { costPerMinute: 1 }, 1))
  const partner = Object.assign(exchangeOf('192.0.2.1'), { apiClient: 'partner' })
  budget.spend(partner, 100)
  budget.chargePlanning(callerOf(partner), 1_000)
  expect(budget.left(partner).map((each) => each.left)).toEqual([850])
})
