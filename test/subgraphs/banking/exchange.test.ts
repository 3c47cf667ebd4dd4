import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { openInternalAccount } from '../../../subgraphs/banking/accounts/internal.ts'
import { openDatabase } from '../../../subgraphs/banking/database/open.ts'
import { offer } from '../../../subgraphs/banking/exchange/quote.ts'
import { removeExpiredQuotes } from '../../../subgraphs/banking/exchange/store.ts'
import { accountNumber } from '../../../subgraphs/banking/ledger/account-number.ts'
import { bankActor } from '../../../subgraphs/banking/ledger/request.ts'
import { exponentOf } from '../../../subgraphs/banking/money/currencies.ts'
import fc from '../../support/fast-check.ts'
import { openBank } from './support/bank.ts'
import { brokenInvariants } from './support/books.ts'
import { codesOf, startSeededBanking, type TestService } from './support/service.ts'

let prisma: PrismaClient
let service: TestService
let euros: { id: string; number: string }
let yen: { id: string; number: string }
let theirDinars: { id: string; number: string }

beforeAll(async () => {
  service = await startSeededBanking()
  prisma = openDatabase({ url: service.databaseUrl, connections: 2 })
  const accountsOf = async (name: string) => {
    const { data } = await service.call(name, '{ me { accounts { edges { node { id number currency } } } } }')
    return data.me.accounts.edges.map(({ node }: { node: unknown }) => node)
  }
  const [own, theirs] = await Promise.all([accountsOf('payer'), accountsOf('payee')])
  euros = own.find(({ currency }: { currency: string }) => currency === 'EUR')
  yen = own.find(({ currency }: { currency: string }) => currency === 'JPY')
  theirDinars = theirs.find(({ currency }: { currency: string }) => currency === 'KWD')
})
afterAll(async () => {
  expect(await brokenInvariants(prisma)).toEqual([])
  await prisma.$disconnect()
  await service.stop()
})

const QUOTE = `mutation ($input: QuoteExchangeInput!) { quoteExchange(input: $input) {
  id rate expiresAt sell { amount } spread { amount currency } buy { amount currency formatted } } }`
const TRANSFER = `mutation ($input: TransferInput!) { transfer(input: $input) { __typename
  ... on TransferAccepted { replayed transfer { kind group { kind amount { amount currency } from { name } to { name } } } }
  ... on Refusal { code message } } }`

const quote = async (sell: string, buy: string, amount: string, caller = 'payer') =>
  service.call(caller, QUOTE, { input: { sell, buy, amount } })
const exchange = (fields: Record<string, unknown>, caller = 'payer') =>
  service.call(caller, TRANSFER, {
    input: {
      idempotencyKey: randomUUID(),
      from: euros.id,
      to: yen.number,
      amount: '10000',
      currency: 'EUR',
      ...fields,
    },
  })

const currencies = fc.constantFrom('EUR', 'USD', 'GBP', 'JPY', 'KWD')
const amounts = fc.bigInt(1n, 10n ** 15n)

describe('offer', () => {
  const perEuro = fc.double({ min: 0.001, max: 10_000, noNaN: true })

  test('An offer never favours the customer, and costs at most one minor unit against the exact rate', () => {
    fc.assert(
      fc.property(currencies, currencies, amounts, perEuro, perEuro, (sell, buy, amount, one, other) => {
        fc.pre(sell !== buy)
        const found = offer({ sell, buy }, amount, { sell: one, buy: other })
        if (!found) return
        expect(found.spread * 200n >= amount && (found.spread - 1n) * 200n < amount).toBe(true)
        const scale = 10 ** ((exponentOf(buy) ?? 0) - (exponentOf(sell) ?? 0))
        const exact = found.rate.mul((amount - found.spread).toString()).mul(scale)
        expect(exact.gte(found.buyAmount.toString())).toBe(true)
        expect(exact.lt((found.buyAmount + 1n).toString())).toBe(true)
      }),
    )
  })

  test('An offer is exactly what the rates give, rounded down once', () => {
    const hundredths = fc.integer({ min: 1, max: 400 })
    const few = fc.bigInt(1n, 10_000n)
    fc.assert(
      fc.property(currencies, currencies, few, hundredths, hundredths, (sell, buy, amount, one, other) => {
        const found = offer({ sell, buy }, amount, { sell: `${one / 100}`, buy: `${other / 100}` })
        if (!found) return
        const minor = (currency: string): bigint => 10n ** BigInt(exponentOf(currency) ?? 0)
        const owed = (amount - found.spread) * BigInt(other) * minor(buy)
        expect(found.buyAmount).toBe(owed / (BigInt(one) * minor(sell)))
      }),
      { numRuns: 2_000 },
    )
  })
})

test('An exchange back and forth leaves nobody with more than before', () => {
  const perEuro = fc.double({ min: 0.0001, max: 1_000_000, noNaN: true })
  fc.assert(
    fc.property(currencies, currencies, amounts, perEuro, perEuro, (sell, buy, amount, one, other) => {
      fc.pre(sell !== buy)
      const there = offer({ sell, buy }, amount, { sell: one, buy: other })
      const back = there && offer({ sell: buy, buy: sell }, there.buyAmount, { sell: other, buy: one })
      if (back) expect(back.buyAmount + there.spread <= amount).toBe(true)
    }),
  )
})

describe('exchange', () => {
  test('An exchange posts the quoted transfers as one group, with the spread separately', async () => {
    const { data } = await quote('EUR', 'JPY', '10000')
    expect(data.quoteExchange).toMatchObject({
      rate: '168.27',
      sell: { amount: '10000' },
      spread: { amount: '50', currency: 'EUR' },
      buy: { amount: '16742', currency: 'JPY', formatted: '¥16,742' },
    })
    const done = await exchange({ quoteId: data.quoteExchange.id })
    expect(done.data.transfer.transfer.group).toEqual([
      {
        kind: 'EXCHANGE',
        amount: { amount: '9950', currency: 'EUR' },
        from: { name: 'Ana Ribeiro' },
        to: { name: 'Liquidity EUR' },
      },
      {
        kind: 'EXCHANGE',
        amount: { amount: '16742', currency: 'JPY' },
        from: { name: 'Liquidity JPY' },
        to: { name: 'Ana Ribeiro' },
      },
      {
        kind: 'SPREAD',
        amount: { amount: '50', currency: 'EUR' },
        from: { name: 'Ana Ribeiro' },
        to: { name: 'Exchange income EUR' },
      },
    ])
    const again = await exchange({ quoteId: data.quoteExchange.id })
    expect(again.data.transfer).toMatchObject({ code: 'QUOTE_ALREADY_USED' })
  })

  test('An exchange happens once for one key, and the payee sees only its own part', async () => {
    const { data } = await quote('EUR', 'KWD', '5000')
    const fields = {
      quoteId: data.quoteExchange.id,
      to: theirDinars.number,
      amount: '5000',
      idempotencyKey: randomUUID(),
    }
    const answers = await Promise.all([exchange(fields), exchange(fields), exchange(fields)])
    expect(answers.filter(({ data }) => data.transfer.replayed)).toHaveLength(2)
    const entries = await service.call(
      'payee',
      'query ($id: ID!) { account(id: $id) { entries(first: 1) { edges { node { amount { amount } transfer { group { kind } } } } } } }',
      { id: theirDinars.id },
    )
    expect(entries.data.account.entries.edges[0].node).toEqual({
      amount: { amount: data.quoteExchange.buy.amount },
      transfer: { group: [{ kind: 'EXCHANGE' }] },
    })
  })

  test.each([
    ['another amount than quoted', { amount: '10001' }, 'QUOTE_MISMATCH'],
    ['another currency than quoted', { currency: 'USD' }, 'QUOTE_MISMATCH'],
    ['an account of another currency', () => ({ to: theirDinars.number }), 'CURRENCY_MISMATCH'],
    ['a quote that does not exist', { quoteId: randomUUID() }, 'QUOTE_NOT_FOUND'],
    ['what is no quote', { quoteId: 'nothing' }, 'QUOTE_NOT_FOUND'],
  ])('An exchange is refused with %s', async (_case, fields, code) => {
    const { data } = await quote('EUR', 'JPY', '10000')
    const answer = await exchange({
      quoteId: data.quoteExchange.id,
      ...(typeof fields === 'function' ? fields() : fields),
    })
    expect(answer.data.transfer).toMatchObject({ code })
  })

  test('An exchange with a foreign quote, an expired one, or without the funds is refused', async () => {
    const theirs = await quote('EUR', 'JPY', '10000', 'payee')
    expect((await exchange({ quoteId: theirs.data.quoteExchange.id })).data.transfer.code).toBe('QUOTE_NOT_FOUND')
    const late = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
    await prisma.quote.update({ where: { id: late.id }, data: { expiresAt: new Date(Date.now() - 1_000) } })
    expect((await exchange({ quoteId: late.id })).data.transfer.code).toBe('QUOTE_EXPIRED')
    const theBanks = await prisma.account.findFirstOrThrow({ where: { name: 'Liquidity JPY' } })
    const toBank = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
    const paid = await exchange({ quoteId: toBank.id, to: theBanks.number })
    expect(paid.data.transfer).toMatchObject({ code: 'SAME_ACCOUNT' })
    const much = (await quote('EUR', 'JPY', '99999999999')).data.quoteExchange
    expect((await exchange({ quoteId: much.id, amount: '99999999999' })).data.transfer.code).toBe('INSUFFICIENT_FUNDS')
  })

  test('A refused exchange stays refused in the same way when its quote is removed', async () => {
    const { id } = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
    const longAgo = new Date(Date.now() - 2 * 86_400_000)
    await prisma.quote.update({ where: { id }, data: { expiresAt: longAgo } })
    const fields = { quoteId: id, idempotencyKey: randomUUID() }
    expect((await exchange(fields)).data.transfer).toMatchObject({ code: 'QUOTE_EXPIRED' })
    await removeExpiredQuotes(prisma)
    expect(await prisma.quote.count({ where: { id } })).toBe(0)
    expect((await exchange(fields)).data.transfer).toMatchObject({ code: 'QUOTE_EXPIRED' })
    expect((await exchange({ ...fields, quoteId: randomUUID() })).data.transfer).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })

  test('An exchange is refused while the account for its spread is frozen', async () => {
    const { id: quoteId } = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
    const { id: income } = await prisma.account.findFirstOrThrow({ where: { name: 'Exchange income EUR' } })
    const officerDoes = (name: 'freezeAccount' | 'unfreezeAccount') =>
      service.call('officer', `mutation ($input: AccountInput!) { ${name}(input: $input) { __typename } }`, {
        input: { idempotencyKey: randomUUID(), accountId: `${income}` },
      })
    expect((await officerDoes('freezeAccount')).data.freezeAccount.__typename).toBe('AccountAccepted')
    const frozen = await exchange({ quoteId })
    await officerDoes('unfreezeAccount')
    expect(frozen.data.transfer).toMatchObject({ code: 'ACCOUNT_NOT_OPEN' })
    expect((await exchange({ quoteId })).data.transfer.code).toBeUndefined()
  })

  test.each([
    ['the same currency twice', 'EUR', 'EUR', '100'],
    ['a currency the bank does not keep', 'EUR', 'CHF', '100'],
    ['nothing', 'EUR', 'USD', '0'],
    ['so little that nothing arrives', 'JPY', 'KWD', '1'],
    ['so much that it does not fit', 'EUR', 'JPY', '9223372036854775807'],
  ])('An exchange cannot be quoted for %s', async (_case, sell, buy, amount) => {
    expect(codesOf(await quote(sell, buy, amount))).toEqual(['BAD_USER_INPUT'])
  })
})

describe('currency holdings', () => {
  const FUND = `mutation ($input: FundLiquidityInput!) { fundLiquidity(input: $input) {
    ... on TransferAccepted { replayed transfer { amount { amount } from { name } to { name } } } ... on Refusal { code } } }`
  const fund = (fields: Record<string, unknown>, caller = 'officer') =>
    service.call(caller, FUND, { input: { idempotencyKey: randomUUID(), currency: 'JPY', amount: '1000', ...fields } })
  const liquidity = async () => {
    const account = await prisma.account.findFirstOrThrow({ where: { name: 'Liquidity JPY' } })
    return account.creditsPosted - account.debitsPosted
  }
  /** Sets the bank's holding, as if the rest had been exchanged. */
  const drain = async (left: bigint): Promise<void> => {
    const bank = openBank(service.databaseUrl)
    const from = await prisma.account.findFirstOrThrow({ where: { name: 'Liquidity JPY' } })
    const to = await prisma.account.findFirstOrThrow({ where: { name: 'Capital JPY' } })
    const amount = (await liquidity()) - left
    await bank.transfer({ from: `${from.id}`, to: `${to.id}`, amount, currency: 'JPY' })
    await bank.close()
  }

  test('The bank sells no more of a currency than it holds, until an officer funds it', async () => {
    await drain(16_741n)
    const { id } = (await quote('EUR', 'JPY', '10000')).data.quoteExchange
    expect((await exchange({ quoteId: id })).data.transfer).toMatchObject({ code: 'INSUFFICIENT_LIQUIDITY' })
    expect(await liquidity()).toBe(16_741n)
    const idempotencyKey = randomUUID()
    expect((await fund({ amount: '1', idempotencyKey })).data.fundLiquidity).toMatchObject({
      replayed: false,
      transfer: { amount: { amount: '1' }, from: { name: 'Capital JPY' }, to: { name: 'Liquidity JPY' } },
    })
    expect((await fund({ amount: '1', idempotencyKey })).data.fundLiquidity.replayed).toBe(true)
    const done = await exchange({ quoteId: id })
    expect(done.data.transfer.code).toBeUndefined()
    expect(await liquidity()).toBe(0n)
    await expect(
      prisma.$executeRaw`UPDATE accounts SET debits_posted = debits_posted + 1 WHERE name = 'Liquidity JPY'`,
    ).rejects.toThrow()
    await fund({ amount: '1000000' })
  })

  test('A customer cannot fund a currency, and nobody can fund one that the bank does not keep', async () => {
    expect((await fund({}, 'payer')).data.fundLiquidity).toMatchObject({ code: 'NOT_PERMITTED' })
    expect(codesOf(await fund({ currency: 'CHF' }))).toEqual(['BAD_USER_INPUT'])
    expect(codesOf(await fund({ amount: '0' }))).toEqual(['BAD_USER_INPUT'])
  })

  test('Opening an internal account with a floor finds the one that was opened without', async () => {
    const bank = openBank(service.databaseUrl)
    const old = { actor: bankActor('old'), key: 'open:old', label: 'Old EUR', currency: 'EUR' }
    const id = await openInternalAccount(bank.ledger, old)
    expect(await openInternalAccount(bank.ledger, { ...old, floor: 0n })).toBe(id)
    await bank.close()
  })
})

describe('batch', () => {
  const BATCH = `mutation ($input: TransferBatchInput!) { transferBatch(input: $input) {
    ... on TransferBatchAccepted { replayed items { transfer { amount { amount } } code message } } ... on Refusal { code } } }`
  const item = (amount: string, fields: Record<string, unknown> = {}) => ({
    from: euros.id,
    to: theirEuros,
    amount,
    currency: 'EUR',
    ...fields,
  })
  let theirEuros: string
  beforeAll(async () => {
    const { data } = await service.call('payee', '{ me { accounts(first: 1) { edges { node { number } } } } }')
    theirEuros = data.me.accounts.edges[0].node.number
  })
  const send = (mode: string, transfers: unknown[], idempotencyKey: string = randomUUID()) =>
    service.call('payer', BATCH, { input: { idempotencyKey, mode, transfers } })
  const balance = async () =>
    (
      await service.call('payer', 'query ($id: ID!) { account(id: $id) { balance { posted { amount } } } }', {
        id: euros.id,
      })
    ).data.account.balance.posted.amount

  test('A batch of independent transfers executes those that are possible', async () => {
    const { data } = await send('EACH', [item('1'), item('99999999999'), item('2')])
    expect(data.transferBatch.items).toEqual([
      { transfer: { amount: { amount: '1' } }, code: null, message: null },
      { transfer: null, code: 'INSUFFICIENT_FUNDS', message: expect.any(String) },
      { transfer: { amount: { amount: '2' } }, code: null, message: null },
    ])
  })

  test('An all-or-nothing batch moves nothing if one transfer is refused, also on a retry', async () => {
    const before = await balance()
    const transfers = [item('1'), item('5', { to: yen.number }), item('2')]
    const key = randomUUID()
    const { data } = await send('ALL_OR_NOTHING', transfers, key)
    expect(data.transferBatch.items.map(({ code }: { code: string }) => code)).toEqual([
      'BATCH_REFUSED',
      'CURRENCY_MISMATCH',
      'BATCH_REFUSED',
    ])
    expect(await balance()).toBe(before)
    const again = await send('ALL_OR_NOTHING', transfers, key)
    expect(again.data.transferBatch).toEqual({ ...data.transferBatch, replayed: true })
    const whole = await send('ALL_OR_NOTHING', [item('1'), item('2')])
    expect(whole.data.transferBatch.items.every(({ code }: { code: unknown }) => code === null)).toBe(true)
    expect(BigInt(await balance())).toBe(BigInt(before) - 3n)
  })

  test('An all-or-nothing batch whose last transfer is wrong moves nothing, and uses no daily limit', async () => {
    const before = await balance()
    const limit = (value: string | null) =>
      service.call(
        'officer',
        'mutation ($input: SetDailyLimitInput!) { setDailyLimit(input: $input) { ... on AccountAccepted { account { id } } } }',
        { input: { idempotencyKey: randomUUID(), accountId: euros.id, limit: value } },
      )
    const spent = async () => (await prisma.account.findUniqueOrThrow({ where: { id: BigInt(euros.id) } })).spent
    const already = await spent()
    await limit(`${already + 1_000n}`)
    const unknown = item('1', { to: accountNumber('99999999999999') })
    const { data } = await send('ALL_OR_NOTHING', [...Array.from({ length: 999 }, () => item('1')), unknown])
    const codes = data.transferBatch.items.map(({ code }: { code: string }) => code)
    expect(codes.at(-1)).toBe('ACCOUNT_NOT_FOUND')
    expect(new Set(codes.slice(0, -1))).toEqual(new Set(['BATCH_REFUSED']))
    expect([await balance(), await spent()]).toEqual([before, already])
    const whole = await send(
      'ALL_OR_NOTHING',
      Array.from({ length: 1_000 }, () => item('1')),
    )
    expect(whole.data.transferBatch.items.every(({ code }: { code: unknown }) => code === null)).toBe(true)
    const over = await send('ALL_OR_NOTHING', [item('1')])
    expect(over.data.transferBatch.items[0].code).toBe('LIMIT_EXCEEDED')
    await limit(null)
  })

  test('A batch has from 1 to 1,000 transfers', async () => {
    const thousand = Array.from({ length: 1_000 }, () => item('1'))
    const { data } = await send('ALL_OR_NOTHING', thousand)
    expect(data.transferBatch.items).toHaveLength(1_000)
    expect(codesOf(await send('EACH', [...thousand, item('1')]))).toEqual(['BAD_USER_INPUT'])
    expect(codesOf(await send('EACH', []))).toEqual(['BAD_USER_INPUT'])
  })
})
