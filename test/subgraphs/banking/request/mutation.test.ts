import { expect, test } from '@jest/globals'
import type { Ledger } from '../../../../subgraphs/banking/ledger/ledger.ts'
import { type BankingContext, createContext } from '../../../../subgraphs/banking/request/context.ts'
import { mutate, readBack } from '../../../../subgraphs/banking/request/mutation.ts'
import { stopClock } from '../../../support/clock.ts'

const command = { name: 'freezeAccount', accountId: '1' } as const
const contextOf = (ledger: Ledger): BankingContext =>
  createContext({
    caller: { id: 'payer', scopes: new Set(['banking:write']), expiresAt: Number.POSITIVE_INFINITY, claims: {} },
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
