/** Queries for officers, through the service's own GraphQL. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { query } from '../../../support/database.ts'
import { codesOf, startSeededBanking, type TestService } from '../support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startSeededBanking()
})
afterAll(() => service.stop())

const ask = async (query: string, variables: Readonly<Record<string, unknown>> = {}) => {
  const { data, errors } = await service.call('officer', query, variables)
  expect(errors).toBeUndefined()
  return data
}

test.each([
  '{ customers { edges { node { id } } } }',
  '{ customer(id: "payer") { id } }',
  '{ trialBalance { currency } }',
  '{ operations { edges { node { number } } } }',
  '{ auditHead { hash } }',
])('%s is for officers alone', async (query) => {
  expect(codesOf(await service.call('payer', query))).toEqual(['FORBIDDEN'])
  expect(codesOf(await service.call(null, query))).toEqual(['UNAUTHENTICATED'])
  expect(codesOf(await service.call('officer', query))).toEqual([])
})

describe('customers', () => {
  const find = `query ($search: String, $first: Int, $after: String) { customers(search: $search, first: $first, after: $after) {
    edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }`
  const idsOf = (data: { customers: { edges: { node: { id: string } }[] } }): string[] =>
    data.customers.edges.map(({ node }) => node.id)

  test('Customers are listed by id, page after page', async () => {
    const all = idsOf(await ask(find))
    expect(all).toEqual([...all].sort())
    expect(all).toEqual(expect.arrayContaining(['officer', 'payee', 'payer']))
    const paged: string[] = []
    for (let after: string | null = null, more = true; more; ) {
      const data = await ask(find, { first: 1, after })
      paged.push(...idsOf(data))
      ;({ hasNextPage: more, endCursor: after } = data.customers.pageInfo)
    }
    expect(paged).toEqual(all)
    const back = `query ($before: String) { customers(last: 1, before: $before) { edges { node { id } } pageInfo { startCursor } } }`
    const end = await ask(back)
    expect([...idsOf(await ask(back, { before: end.customers.pageInfo.startCursor })), ...idsOf(end)]).toEqual(
      all.slice(-2),
    )
  })

  test.each([
    ['RIBEIRO', ['payer']],
    ['brendan.walsh@', ['payee']],
    ['  Ana ', ['payer']],
    ['_na', []], // `_` is no wildcard
    ['%', []],
    ['\\', []],
  ])('"%s" finds %j', async (search, found) => {
    expect(idsOf(await ask(find, { search }))).toEqual(found)
  })

  test.each([' ', 'x'.repeat(65)])('A search for "%s" is refused', async (search) => {
    expect(codesOf(await service.call('officer', find, { search }))).toEqual(['BAD_USER_INPUT'])
  })

  test.each(['\u0000', 'a\u0000b', '\u001b'])('A cursor of an id that nobody has is none', async (id) => {
    const after = Buffer.from(JSON.stringify(['customers', id])).toString('base64url')
    expect(codesOf(await service.call('officer', find, { after }))).toEqual(['BAD_USER_INPUT'])
  })

  test('A customer is found by id, with accounts and loans', async () => {
    const { customer, nobody } = await ask(
      `{ customer(id: "payer") { name accounts { edges { node { number } } } loans { edges { node { id } } } }
        nobody: customer(id: "no such id") { name } }`,
    )
    expect(customer.name).toBe('Ana Ribeiro')
    expect(customer.accounts.edges.length).toBe(4)
    expect(customer.loans.edges.length).toBeGreaterThan(0)
    expect(nobody).toBeNull()
  })
})

test('The trial balance adds up all accounts, and its sides are equal in each currency', async () => {
  const { trialBalance } = await ask(
    '{ trialBalance { currency kind accounts debits { amount currency } credits { amount } balance { amount } } }',
  )
  const sums = new Map<string, bigint>()
  for (const { currency, debits, credits, balance } of trialBalance) {
    expect(BigInt(balance.amount)).toBe(BigInt(credits.amount) - BigInt(debits.amount))
    expect(debits.currency).toBe(currency)
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance.amount))
  }
  expect([...sums].every(([, sum]) => sum === 0n)).toBe(true)
  expect([...sums.keys()]).toEqual(expect.arrayContaining(['EUR', 'JPY', 'KWD', 'USD']))
  const current = trialBalance.find(
    (line: { currency: string; kind: string }) => line.kind === 'CURRENT' && line.currency === 'EUR',
  )
  expect(current.accounts).toBe(3)
})

test('The trial balance holds sums beyond 64 bits', async () => {
  const lines = '{ trialBalance { currency kind debits { amount } credits { amount } } }'
  const ofBank = async () =>
    (await ask(lines)).trialBalance.find(
      ({ currency, kind }: { currency: string; kind: string }) => currency === 'KWD' && kind === 'INTERNAL',
    )
  const before = await ofBank()
  const [capital] = await query(
    service.databaseUrl,
    `SELECT debits_posted::text AS used FROM accounts WHERE name = 'Capital KWD'`,
  )
  const amount = 2n ** 63n - 1n - BigInt(capital?.['used'])
  const { fundLiquidity } = await ask(
    'mutation ($input: FundLiquidityInput!) { fundLiquidity(input: $input) { __typename ... on Refusal { message } } }',
    { input: { idempotencyKey: randomUUID(), currency: 'KWD', amount: `${amount}` } },
  )
  expect(fundLiquidity).toEqual({ __typename: 'TransferAccepted' })
  const after = await ofBank()
  expect(BigInt(after.debits.amount)).toBe(BigInt(before.debits.amount) + amount)
  expect(BigInt(after.debits.amount)).toBeGreaterThan(2n ** 63n - 1n)
})

test("All orders are listed, the newest first, refused ones with their reason, and the hash chain's end changes with each", async () => {
  const head = '{ auditHead { batch operation hash } }'
  const before = (await ask(head)).auditHead
  const { data } = await service.call(
    'payer',
    '{ me { accounts(first: 2) { edges { node { id number currency } } } } }',
  )
  const [from, to] = data.me.accounts.edges.map(({ node }: { node: object }) => node)
  const pay = (amount: string) =>
    service.call('payer', 'mutation ($input: TransferInput!) { transfer(input: $input) { __typename } }', {
      input: { idempotencyKey: randomUUID(), from: from.id, to: to.number, amount, currency: from.currency },
    })
  await pay('100')
  await pay('99999999999')
  const list = `query ($after: String) { operations(first: 1, after: $after) {
    edges { node { number actor name at refusal message subject } } pageInfo { hasNextPage endCursor } } }`
  const { operations: newest } = await ask(list)
  const { operations: second } = await ask(list, { after: newest.pageInfo.endCursor })
  expect(newest.edges[0].node).toMatchObject({
    number: `${BigInt(before.operation) + 2n}`,
    actor: 'payer',
    name: 'transfer',
    refusal: 'INSUFFICIENT_FUNDS',
    message: expect.any(String),
  })
  expect(second.edges[0].node).toMatchObject({ refusal: null, subject: expect.stringMatching(/^\d+$/) })
  expect(BigInt(second.edges[0].node.number)).toBe(BigInt(newest.edges[0].node.number) - 1n)
  const oldest = '{ operations(last: 2) { edges { node { number } } } }'
  expect((await ask(oldest)).operations.edges).toEqual([{ node: { number: '2' } }, { node: { number: '1' } }])
  const after = (await ask(head)).auditHead
  expect(after.operation).toBe(newest.edges[0].node.number)
  expect(after.hash).toMatch(/^[0-9a-f]{64}$/)
  expect(after.hash).not.toBe(before.hash)
})
