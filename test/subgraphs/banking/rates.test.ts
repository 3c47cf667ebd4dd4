/**
 * Exchange rates: set by officers, audited, in force at once, and without effect on earlier quotes.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { verifyLedger } from '../../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../../subgraphs/banking/database/open.ts'
import { renewRates } from '../../../subgraphs/banking/exchange/feed.ts'
import { removeExpiredQuotes } from '../../../subgraphs/banking/exchange/store.ts'
import { openBank } from './support/bank.ts'
import { codesOf, startBanking, startSeededBanking, type TestService } from './support/service.ts'

let prisma: PrismaClient
let service: TestService
let before: Record<string, string>

beforeAll(async () => {
  service = await startSeededBanking()
  prisma = openDatabase({ url: service.databaseUrl, connections: 2 })
  before = await rates()
})
afterAll(async () => {
  await prisma.$disconnect()
  await service.stop()
})

interface Account {
  readonly id: string
  readonly number: string
  readonly currency: string
}

const QUOTE = `mutation ($input: QuoteExchangeInput!) { quoteExchange(input: $input) { id rate buy { amount } } }`
const EXCHANGE = `mutation ($input: TransferInput!) { transfer(input: $input) {
  ... on TransferAccepted { transfer { group { amount { amount currency } } } } } }`
const quote = (sell: string, buy: string, amount: string) =>
  service.call('payer', QUOTE, { input: { sell, buy, amount } })
const SET = `mutation ($input: SetExchangeRateInput!) { setExchangeRate(input: $input) { __typename
  ... on ExchangeRateAccepted { replayed rate { currency perEuro updatedAt } } ... on Refusal { code message replayed } } }`
/** Sets a rate, with a second officer if that is required. */
const set = async (fields: Record<string, unknown>, caller: string | null = 'officer', at = service) => {
  const first = await setAlone(fields, caller, at)
  return first.data?.setExchangeRate?.code === 'RATE_NEEDS_SECOND_OFFICER' ? setAlone(fields, 'officer2', at) : first
}
const setAlone = (fields: Record<string, unknown>, caller: string | null = 'officer', at = service) =>
  at.call(caller, SET, { input: { idempotencyKey: randomUUID(), currency: 'JPY', perEuro: '170', ...fields } })
const rates = async (): Promise<Record<string, string>> => {
  const { data } = await service.call(null, '{ exchangeRates { currency perEuro } }')
  const list: { currency: string; perEuro: string }[] = data.exchangeRates
  return Object.fromEntries(list.map(({ currency, perEuro }) => [currency, perEuro]))
}
afterEach(async () => {
  for (const [currency, perEuro] of Object.entries(before)) await set({ currency, perEuro })
})

test('A rate is set by an officer, applies from then on, and leaves earlier quotes unchanged', async () => {
  const old = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
  const { data } = await set({ perEuro: '200.50' })
  expect(data.setExchangeRate).toMatchObject({ replayed: false, rate: { currency: 'JPY', perEuro: '200.5' } })
  expect(await rates()).toEqual({ ...before, JPY: '200.5' })
  const fresh = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
  expect([old.rate, fresh.rate]).toEqual(['168.27', '200.5'])
  const { data: own } = await service.call('payer', '{ me { accounts { edges { node { id number currency } } } } }')
  const nodes: Account[] = own.me.accounts.edges.map(({ node }: { node: Account }) => node)
  const accountIn = (wanted: string) => nodes.find(({ currency }) => currency === wanted)
  const done = await service.call('payer', EXCHANGE, {
    input: {
      idempotencyKey: randomUUID(),
      from: accountIn('EUR')?.id,
      to: accountIn('JPY')?.number,
      amount: '10000',
      currency: 'EUR',
      quoteId: old.id,
    },
  })
  expect(done.data.transfer.transfer.group[1].amount).toEqual({ amount: old.buy.amount, currency: 'JPY' })
})

test('A rate is set once for a key, however its digits are written', async () => {
  const idempotencyKey = randomUUID()
  await set({ idempotencyKey, perEuro: '171.10' })
  await set({ perEuro: '172' })
  const again = await set({ idempotencyKey, perEuro: '171.1' })
  expect(again.data.setExchangeRate).toMatchObject({ replayed: true, rate: { perEuro: '172' } })
  expect((await set({ idempotencyKey, perEuro: '171.2' })).data.setExchangeRate).toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  expect((await rates())['JPY']).toBe('172')
})

test('Customers and signed-out callers cannot set a rate', async () => {
  expect((await set({}, 'payer')).data.setExchangeRate).toMatchObject({ code: 'NOT_PERMITTED' })
  expect(codesOf(await set({}, null))).toEqual(['UNAUTHENTICATED'])
  expect(await rates()).toEqual(before)
})

describe('change of more than 5 % within a day', () => {
  const NEEDS = { code: 'RATE_NEEDS_SECOND_OFFICER', replayed: false, message: expect.stringContaining('to 180') }
  const proposals = async (caller: string | null) => {
    const { data } = await service.call(caller, '{ exchangeRates { currency proposal { perEuro by at } } }')
    return data.exchangeRates.find(({ currency }: { currency: string }) => currency === 'JPY').proposal
  }
  const change = async (perEuro: string, caller = 'officer', idempotencyKey: string = randomUUID()) =>
    (await setAlone({ perEuro, idempotencyKey }, caller)).data.setExchangeRate
  beforeEach(async () => {
    await prisma.exchangeRate.update({
      where: { currency: 'JPY' },
      data: {
        perEuro: '170',
        basePerEuro: '170',
        baseAt: new Date(),
        proposedPerEuro: null,
        proposedBy: null,
        proposedAt: null,
      },
    })
  })

  test('A large change is recorded, shown to officers, and applies once another officer sets the same', async () => {
    const key = randomUUID()
    expect(await change('180', 'officer', key)).toMatchObject(NEEDS)
    expect((await rates())['JPY']).toBe('170')
    expect(await proposals('officer2')).toEqual({ perEuro: '180', by: 'officer', at: expect.any(String) })
    expect([await proposals('payer'), await proposals(null)]).toEqual([null, null])
    expect(await change('180', 'officer', key)).toMatchObject({ ...NEEDS, replayed: true })
    const confirmation = randomUUID()
    expect(await change('180.0', 'officer2', confirmation)).toMatchObject({ replayed: false, rate: { perEuro: '180' } })
    expect(await change('180', 'officer2', confirmation)).toMatchObject({ replayed: true })
    expect((await rates())['JPY']).toBe('180')
    expect(await proposals('officer')).toBeNull()
    // One officer may change it by five percent again.
    expect(await change('189', 'officer2')).toMatchObject({ rate: { perEuro: '189' } })
  })

  test('A large change is not confirmed by the same officer, by another rate, or after an hour', async () => {
    await change('180')
    expect(await change('180')).toMatchObject(NEEDS)
    expect((await change('181', 'officer2')).code).toBe('RATE_NEEDS_SECOND_OFFICER')
    expect(await change('180')).toMatchObject(NEEDS)
    const longAgo = new Date(Date.now() - 3_601_000)
    await prisma.exchangeRate.update({ where: { currency: 'JPY' }, data: { proposedAt: longAgo } })
    expect(await change('180', 'officer2')).toMatchObject(NEEDS)
    expect((await rates())['JPY']).toBe('170')
  })

  test('Small steps, up or down, add up to a large change until a day is over', async () => {
    expect(await change('178.5')).toMatchObject({ rate: { perEuro: '178.5' } })
    expect((await change('178.6')).code).toBe('RATE_NEEDS_SECOND_OFFICER')
    expect(await change('161.5')).toMatchObject({ rate: { perEuro: '161.5' } })
    expect((await change('161.4')).code).toBe('RATE_NEEDS_SECOND_OFFICER')
    const yesterday = new Date(Date.now() - 86_401_000)
    await prisma.exchangeRate.update({ where: { currency: 'JPY' }, data: { baseAt: yesterday } })
    expect(await change('169')).toMatchObject({ rate: { perEuro: '169' } })
    expect((await change('170')).code).toBe('RATE_NEEDS_SECOND_OFFICER')
  })

  test('A large change by a customer is not even recorded', async () => {
    expect((await change('180', 'payer')).code).toBe('NOT_PERMITTED')
    expect(await proposals('officer')).toBeNull()
  })
})

describe('stale rate', () => {
  const age = (seconds: number) =>
    prisma.exchangeRate.update({
      where: { currency: 'JPY' },
      data: { updatedAt: new Date(Date.now() - seconds * 1_000) },
    })

  test('A stale rate is not quoted until it is set again', async () => {
    await age(86_399 - 60)
    expect((await quote('EUR', 'JPY', '10000')).errors).toBeUndefined()
    await age(86_401)
    const [refused, other] = [await quote('JPY', 'EUR', '10000'), await quote('EUR', 'USD', '10000')]
    expect(codesOf(refused)).toEqual(['SERVICE_UNAVAILABLE'])
    expect(refused.errors?.[0]?.message).toContain('rate for JPY has expired')
    expect(other.errors).toBeUndefined()
    await set({ perEuro: before['JPY'] })
    expect((await quote('JPY', 'EUR', '10000')).errors).toBeUndefined()
    const { data } = await service.call(null, '{ exchangeRates { updatedAt expiresAt } }')
    for (const { updatedAt, expiresAt } of data.exchangeRates)
      expect(Date.parse(expiresAt) - Date.parse(updatedAt)).toBe(86_400_000)
  })

  test('A setting decides the age at which a rate is stale', async () => {
    const strict = await startBanking(service.databaseUrl, { EXCHANGE_RATE_MAX_AGE: '60' })
    await age(61)
    const answer = await strict.call('payer', QUOTE, { input: { sell: 'JPY', buy: 'EUR', amount: '10000' } })
    await strict.stop()
    expect(codesOf(answer)).toEqual(['SERVICE_UNAVAILABLE'])
  })

  test('The demo renews a rate before it is stale, once, through the ledger', async () => {
    const bank = openBank(service.databaseUrl)
    await age(43_201)
    const { updatedAt } = await prisma.exchangeRate.findUniqueOrThrow({ where: { currency: 'JPY' } })
    await Promise.all([renewRates(prisma, bank.ledger, 86_400), renewRates(prisma, bank.ledger, 86_400)])
    const key = `renew JPY ${updatedAt.toISOString()}`
    expect(await prisma.operation.count({ where: { actor: 'bank:rates', key } })).toBe(1)
    const renewed = await prisma.exchangeRate.findUniqueOrThrow({ where: { currency: 'JPY' } })
    expect(renewed.perEuro.toFixed()).toBe(before['JPY'])
    expect(renewed.updatedAt.getTime()).toBeGreaterThan(updatedAt.getTime())
    await bank.close()
  })
})

test('Unused quotes are removed a day after they expired, and no others', async () => {
  const ids = await Promise.all(
    Array.from({ length: 3 }, async () => (await quote('EUR', 'USD', '10000')).data.quoteExchange.id as string),
  )
  const [old = '', used = '', fresh = ''] = ids
  const longAgo = new Date(Date.now() - 86_401_000)
  await prisma.quote.update({ where: { id: old }, data: { expiresAt: longAgo } })
  await prisma.quote.update({ where: { id: used }, data: { expiresAt: longAgo, usedBy: 1n } })
  expect(await removeExpiredQuotes(prisma)).toBe(false)
  const left = await prisma.quote.findMany({ where: { id: { in: ids } }, select: { id: true } })
  expect(left.map(({ id }) => id).sort()).toEqual([used, fresh].sort())
})

test('The audit log names who set a rate', async () => {
  const idempotencyKey = randomUUID()
  await set({ idempotencyKey, perEuro: '0.0001' })
  const line = await prisma.operation.findFirstOrThrow({ where: { key: idempotencyKey, actor: 'officer' } })
  expect(line).toMatchObject({ actor: 'officer', name: 'setExchangeRate', refusal: 'RATE_NEEDS_SECOND_OFFICER' })
  const confirmed = await prisma.operation.findFirstOrThrow({ where: { key: idempotencyKey, actor: 'officer2' } })
  expect(confirmed).toMatchObject({ subject: 'JPY', details: { perEuro: '0.0001', proposedBy: 'officer' } })
  expect(await verifyLedger(prisma)).toMatchObject({ sound: true })
})

test('The last of several concurrent changes of a rate wins', async () => {
  const other = await startBanking(service.databaseUrl)
  await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      setAlone({ perEuro: `${165 + at / 10}` }, 'officer', at % 2 === 0 ? service : other),
    ),
  )
  await other.stop()
  const last = await prisma.operation.findFirstOrThrow({
    where: { name: 'setExchangeRate', refusal: null },
    orderBy: { number: 'desc' },
  })
  expect(last.details).toEqual({ perEuro: (await rates())['JPY'] })
})

test('A rate at either end of its range gives usable quotes', async () => {
  await set({ currency: 'USD', perEuro: '0.0001' })
  await set({ currency: 'JPY', perEuro: '1000000' })
  expect((await quote('USD', 'JPY', '100')).data.quoteExchange).toMatchObject({ rate: '10000000000' })
  expect((await quote('JPY', 'USD', '1000000000')).data.quoteExchange).toMatchObject({ rate: '0.0000000001' })
})

test.each([
  ['nothing', { perEuro: '0' }],
  ['just under the range', { perEuro: '0.0000999999' }],
  ['just over the range', { perEuro: '1000000.0000000001' }],
  ['less than nothing', { perEuro: '-1' }],
  ['an exponent', { perEuro: '1e3' }],
  ['too many decimals', { perEuro: '1.00000000001' }],
  ['no number', { perEuro: 'NaN' }],
  ['no text', { perEuro: '' }],
  ['the euro itself', { currency: 'EUR' }],
  ['a currency the bank does not keep', { currency: 'CHF' }],
  ['a key over 64 characters', { idempotencyKey: 'k'.repeat(65) }],
])('A rate of %s is bad input', async (_case, fields) => {
  expect(codesOf(await set(fields))).toEqual(['BAD_USER_INPUT'])
  expect(await rates()).toEqual(before)
})
