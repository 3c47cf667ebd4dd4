import { expect, test } from '@jest/globals'
import type { Ledger } from '../../../../subgraphs/banking/ledger/ledger.ts'
import { type BankingContext, createContext } from '../../../../subgraphs/banking/request/context.ts'
import { mutate, readBack } from '../../../../subgraphs/banking/request/mutation.ts'
import { createResolvers } from '../../../../subgraphs/banking/resolvers.ts'
import { stopClock } from '../../../support/clock.ts'

const command = { name: 'freezeAccount', accountId: '1' } as const
const contextOf = (ledger: Ledger, arrived = performance.now()): BankingContext =>
  createContext({
    arrived,
    caller: {
      id: 'payer',
      scopes: new Set(['banking:write']),
      expiresAt: Number.POSITIVE_INFINITY,
      trustedUntil: Number.POSITIVE_INFINITY,
      claims: {},
    },
    requestId: null,
    database: {} as BankingContext['database'],
    ledger,
  })

test("A caller is advised to retry by key before the gateway's deadline", async () => {
  using clock = stopClock()
  const silent: Ledger = { submit: () => new Promise(() => undefined), idle: async () => undefined }
  const told = mutate(contextOf(silent), () => ({ idempotencyKey: 'one', command })).catch((error: unknown) => error)
  await clock.step(12_900)
  expect(await Promise.race([told, 'nothing yet'])).toBe('nothing yet')
  await clock.step(200)
  expect(await told).toMatchObject({
    message: 'The ledger does not answer in time. Ask again with the same key.',
    extensions: { code: 'SERVICE_UNAVAILABLE', service: 'banking' },
  })
})

test('The time that a request waited for its turn counts', async () => {
  using clock = stopClock()
  const silent: Ledger = { submit: () => new Promise(() => undefined), idle: async () => undefined }
  const context = contextOf(silent, performance.now() - 2_500)
  const told = mutate(context, () => ({ idempotencyKey: 'one', command })).catch((error: unknown) => error)
  await clock.step(10_600)
  expect(await Promise.race([told, 'nothing yet'])).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } })
})

type Resolve = (made: object, none: object, context: object) => unknown
const resolvers = createResolvers({ treasury: {}, webhooks: {} } as never) as Readonly<
  Record<string, Readonly<Record<string, Resolve>>>
>

test.each([
  ['AccountAccepted', 'account'],
  ['LoanAccepted', 'loan'],
  ['ScheduleAccepted', 'schedule'],
  ['TransferAccepted', 'transfer'],
  ['WebhookAccepted', 'webhook'],
])('Who may give an order may read what it made: %s.%s', async (type, field) => {
  const made = { id: '00000000-0000-8000-8000-000000000000', customerId: 'payer', owner: 'payer', customer: 'payer' }
  const context = { ...contextOf({} as Ledger), load: async () => made }
  expect(await resolvers[type]?.[field]?.({ subject: made.id }, {}, context)).toBe(made)
})

test("During an outage the result of a mutation is read again until the caller's deadline", async () => {
  using clock = stopClock()
  const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
  let reads = 0
  const told = readBack(contextOf({} as Ledger), async () => {
    reads += 1
    throw away
  }).catch((error: unknown) => error)
  for (let at = 0; at < 13_000; at += 200) await clock.step(200)
  expect(await told).toBe(away)
  expect(reads).toBeGreaterThan(50)
})
