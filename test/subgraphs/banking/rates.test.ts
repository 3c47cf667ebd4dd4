/** What a euro is worth: set by officers, audited, in force at once, and never for what was quoted before. */
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { verifyAudit } from '../../../subgraphs/banking/audit/verify.ts'
import { openDatabase } from '../../../subgraphs/banking/database.ts'
import { createDatabase, type TestDatabase } from '../../support/database.ts'
import { codesOf, startBanking, type TestService } from './support/service.ts'

let database: TestDatabase
let prisma: PrismaClient
let service: TestService
let before: Record<string, string>

beforeAll(async () => {
  database = await createDatabase('seeded')
  prisma = openDatabase({ url: database.url, connections: 2 })
  service = await startBanking(database.url)
  before = await rates()
})
afterAll(async () => {
  await service.stop()
  await prisma.$disconnect()
  await database.drop()
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
  ... on ExchangeRateAccepted { replayed rate { currency perEuro updatedAt } } ... on Refusal { code replayed } } }`
const set = (fields: Record<string, unknown>, caller: string | null = 'officer', at = service) =>
  at.call(caller, SET, { input: { idempotencyKey: randomUUID(), currency: 'JPY', perEuro: '170', ...fields } })
const rates = async (): Promise<Record<string, string>> => {
  const { data } = await service.call(null, '{ exchangeRates { currency perEuro } }')
  const list: { currency: string; perEuro: string }[] = data.exchangeRates
  return Object.fromEntries(list.map(({ currency, perEuro }) => [currency, perEuro]))
}
afterEach(async () => {
  for (const [currency, perEuro] of Object.entries(before)) await set({ currency, perEuro })
})

test('a rate is set by an officer, counts from then on, and leaves the quotes made before as they are', async () => {
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

test('a rate is set once for a key, however its digits are written', async () => {
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

test('a rate is not for customers, nor for who is signed out', async () => {
  expect((await set({}, 'payer')).data.setExchangeRate).toMatchObject({ code: 'NOT_PERMITTED' })
  expect(codesOf(await set({}, null))).toEqual(['UNAUTHENTICATED'])
  expect(await rates()).toEqual(before)
})

test('who set a rate is in the audit log', async () => {
  const idempotencyKey = randomUUID()
  await set({ idempotencyKey, perEuro: '0.0001' })
  const line = await prisma.operation.findFirstOrThrow({ where: { key: idempotencyKey } })
  expect(line).toMatchObject({
    actor: 'officer',
    name: 'setExchangeRate',
    subject: 'JPY',
    details: { perEuro: '0.0001' },
  })
  expect(await verifyAudit(prisma)).toMatchObject({ sound: true })
})

test('a rate set by many at once is the one of the last operation', async () => {
  const other = await startBanking(database.url)
  await Promise.all(
    Array.from({ length: 40 }, (_, at) => set({ perEuro: `${100 + at}` }, 'officer', at % 2 === 0 ? service : other)),
  )
  await other.stop()
  const last = await prisma.operation.findFirstOrThrow({
    where: { name: 'setExchangeRate' },
    orderBy: { number: 'desc' },
  })
  expect(last.details).toEqual({ perEuro: (await rates())['JPY'] })
})

test('a rate at either end of its range gives quotes that can be used', async () => {
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
])('a rate of %s is bad input', async (_case, fields) => {
  expect(codesOf(await set(fields))).toEqual(['BAD_USER_INPUT'])
  expect(await rates()).toEqual(before)
})
