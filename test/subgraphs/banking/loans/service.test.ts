/** Loans through the service's own GraphQL, with real tokens on a real database. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startSeededBanking, type TestService } from '../support/service.ts'

let service: TestService
let accountId: string
beforeAll(async () => {
  service = await startSeededBanking()
  const { data } = await service.call('payer', '{ me { accounts { edges { node { id currency } } } } }')
  accountId = data.me.accounts.edges[0].node.id
})
afterAll(() => service.stop())

const terms = { principal: '1200000', currency: 'EUR', annualRate: '6.5', instalments: 24 }
const result = `... on LoanAccepted { replayed loan { id state } } ... on Refusal { code replayed }`

const apply = async (as: string, input: object = {}) => {
  const { data, errors } = await service.call(
    as,
    `mutation ($input: ApplyForLoanInput!) { applyForLoan(input: $input) { ${result} } }`,
    { input: { idempotencyKey: randomUUID(), accountId, terms, ...input } },
  )
  return { result: data?.applyForLoan, errors }
}
const act = async (as: string, name: string, loanId: string, input: object = {}) => {
  const type = { withdrawLoan: 'LoanInput', refundLoanOverpayment: 'LoanInput', repayLoan: 'RepayLoanInput' }[name]
  const { data, errors } = await service.call(
    as,
    `mutation ($input: ${type ?? 'LoanDecisionInput'}!) { ${name}(input: $input) { ${result} } }`,
    { input: { idempotencyKey: randomUUID(), loanId, ...input } },
  )
  return data?.[name] ?? errors
}
const lend = async (): Promise<string> => {
  const { id } = (await apply('payer')).result.loan
  await act('officer', 'approveLoan', id)
  await act('officer', 'disburseLoan', id)
  return id
}

describe('quote', () => {
  const ask = (changes: object) =>
    service.call(
      null,
      `query ($terms: LoanQuoteInput!) { quoteLoan(terms: $terms) {
        totalInterest { amount } totalPayable { amount formatted } effectiveAnnualRate
        schedule { number dueOn payment { amount } principal { amount } interest { amount } balanceAfter { amount } paid } } }`,
      { terms: { ...terms, disbursedOn: '2026-01-31', ...changes } },
    )

  test('A quote needs no sign-in, and adds up', async () => {
    const { totalInterest, totalPayable, effectiveAnnualRate, schedule } = (await ask({})).data.quoteLoan
    expect(schedule).toHaveLength(24)
    expect(schedule[0]).toEqual({
      number: 1,
      dueOn: '2026-02-28',
      payment: { amount: '53456' },
      principal: { amount: '46956' },
      interest: { amount: '6500' },
      balanceAfter: { amount: '1153044' },
      paid: null,
    })
    expect(BigInt(totalPayable.amount)).toBe(1_200_000n + BigInt(totalInterest.amount))
    expect(effectiveAnnualRate).toBe('6.70')
  })

  test.each([
    [{ principal: '0' }, '"terms.principal" must'],
    [{ principal: '1000000000000001' }, '"terms.principal" must'],
    [{ annualRate: '100.0001' }, '"terms.annualRate" must'],
    [{ instalments: 0 }, '"terms.instalments" must'],
    [{ instalments: 481 }, '"terms.instalments" must'],
    [{ disbursedOn: '2026-02-30' }, 'Date'],
    [{ annualRate: '6,5' }, 'Percentage'],
  ])('A quote is refused at the edge of its ranges: %j', async (changes, named) => {
    const { errors } = await ask(changes)
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    expect(errors?.[0]?.message).toContain(named)
  })
})

describe('loan', () => {
  test('A loan goes from application to settlement, and its borrower sees all of it', async () => {
    const id = await lend()
    const query = `query ($id: ID!) { loan(id: $id) { state annualRate principal { amount }
      borrower { id } account { id } purpose disbursedOn
      schedule { number payment { amount } paid }
      position { principal { amount } interest { amount } settlement { amount } arrears { amount } overpaid { amount } }
      changes(first: 2) { edges { cursor node { number action state by amount { amount } principal { amount }
        transfer { amount { amount } from { name } to { name number } } } } pageInfo { hasNextPage endCursor } } } }`
    const { loan } = (await service.call('payer', query, { id })).data
    expect(loan).toMatchObject({
      state: 'ACTIVE',
      annualRate: '6.5',
      principal: { amount: '1200000' },
      borrower: { id: 'payer' },
      account: { id: accountId },
      position: {
        principal: { amount: '1200000' },
        interest: { amount: '0' },
        settlement: { amount: '1200000' },
        arrears: { amount: '0' },
        overpaid: { amount: '0' },
      },
    })
    expect(loan.schedule.every(({ paid }: { paid: boolean }) => !paid)).toBe(true)
    expect(loan.changes.edges.map(({ node }: { node: object }) => node)).toEqual([
      {
        number: 3,
        action: 'DISBURSE',
        state: 'ACTIVE',
        by: 'officer',
        amount: { amount: '1200000' },
        principal: null,
        transfer: {
          amount: { amount: '1200000' },
          from: { name: 'Loans' },
          to: { name: 'Ana Ribeiro', number: expect.stringMatching(/^IE/) },
        },
      },
      expect.objectContaining({ number: 2, action: 'APPROVE', by: 'officer', amount: null }),
    ])
    const next = `query ($id: ID!, $after: String) { loan(id: $id) { changes(first: 2, after: $after) {
      edges { node { number } } pageInfo { hasNextPage } } } }`
    const after = loan.changes.pageInfo.endCursor
    expect((await service.call('payer', next, { id, after })).data.loan.changes).toEqual({
      edges: [{ node: { number: 1 } }],
      pageInfo: { hasNextPage: false },
    })

    expect(await act('payer', 'repayLoan', id, { amount: '1200000' })).toMatchObject({
      loan: { state: 'CLOSED_OBLIGATIONS_MET' },
    })
    const closed = (await service.call('payer', query, { id })).data.loan
    expect(closed.position).toBeNull()
    expect(closed.schedule.every(({ paid }: { paid: boolean }) => paid)).toBe(true)
  })

  test('A loan is applied for once under one key, and another application under it is refused', async () => {
    const idempotencyKey = randomUUID()
    const first = await apply('payer', { idempotencyKey })
    const again = await apply('payer', { idempotencyKey })
    expect(first.result.replayed).toBe(false)
    expect(again.result).toEqual({ replayed: true, loan: { id: first.result.loan.id, state: 'SUBMITTED' } })
    const other = await apply('payer', { idempotencyKey, terms: { ...terms, instalments: 25 } })
    expect(other.result).toEqual({ code: 'IDEMPOTENCY_KEY_REUSED', replayed: false })
  })

  test('A loan of somebody else can be neither read nor changed', async () => {
    const id = await lend()
    expect((await service.call('payee', `{ loan(id: "${id}") { state } }`)).data).toEqual({ loan: null })
    expect(await act('payee', 'repayLoan', id, { amount: '1' })).toEqual({ code: 'LOAN_NOT_FOUND', replayed: false })
    expect((await service.call('officer', `{ loan(id: "${id}") { state } }`)).data).toEqual({
      loan: { state: 'ACTIVE' },
    })
  })

  test('A borrower cannot decide on its own loan', async () => {
    const { id } = (await apply('payer')).result.loan
    expect(await act('payer', 'approveLoan', id)).toEqual({ code: 'NOT_PERMITTED', replayed: false })
  })

  test.each(['nonsense', '00000000-0000-8000-8000-000000000000', ''])(
    'A loan with the id "%s" does not exist',
    async (id) => {
      expect((await service.call('payer', 'query ($id: ID!) { loan(id: $id) { id } }', { id })).data).toEqual({
        loan: null,
      })
      expect(await act('payer', 'repayLoan', id, { amount: '1' })).toEqual({ code: 'LOAN_NOT_FOUND', replayed: false })
    },
  )

  test.each([
    ['repayLoan', { amount: '0' }, 'amount'],
    ['repayLoan', { amount: '-1' }, 'amount'],
    ['repayLoan', { amount: '9223372036854775808' }, 'MinorUnits'],
    ['repayLoan', { amount: '1', idempotencyKey: 'k'.repeat(65) }, 'idempotencyKey'],
    ['approveLoan', { note: 'n'.repeat(141) }, 'note'],
  ])('The mutation %s refuses %j as bad input', async (name, input, named) => {
    const { id } = (await apply('payer')).result.loan
    const [error] = await act('officer', name, id, input)
    expect(error.extensions.code).toBe('BAD_USER_INPUT')
    expect(error.message).toContain(named)
  })
})

test('The demo has a loan repaid on schedule, and one that waits for an officer', async () => {
  const query = `{ me { loans { edges { node { state purpose schedule { paid } changes(first: 1) { edges { node { action } } } } } } } }`
  const nodes = (await service.call('payer', query)).data.me.loans.edges.map(({ node }: { node: unknown }) => node)
  const roof = nodes.find(({ purpose }: { purpose: string }) => purpose === 'A new roof')
  expect(roof).toMatchObject({ state: 'ACTIVE', changes: { edges: [{ node: { action: 'REPAY' } }] } })
  expect(roof.schedule.filter(({ paid }: { paid: boolean }) => paid)).toHaveLength(9)
  const waiting = '{ loans(state: SUBMITTED, first: 100) { edges { node { purpose borrower { id } } } } }'
  const { data } = await service.call('officer', waiting)
  expect(data.loans.edges).toContainEqual({ node: { purpose: 'A bigger boat', borrower: { id: 'payee' } } })
})

describe('lists of loans', () => {
  test("A customer's own loans are paged, the newest first, without a gap", async () => {
    const ids = []
    for (let count = 0; count < 3; count += 1) ids.unshift((await apply('payer')).result.loan.id)
    const query = `query ($after: String) { me { loans(state: SUBMITTED, first: 2, after: $after) {
      edges { node { id state } } pageInfo { hasNextPage endCursor } } } }`
    const seen: string[] = []
    let after: string | null = null
    do {
      const page: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } = (
        await service.call('payer', query, { after })
      ).data.me.loans
      seen.push(...page.edges.map(({ node }) => node.id))
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
    } while (after !== null)
    expect(seen.slice(0, 3)).toEqual(ids)
    expect(new Set(seen).size).toBe(seen.length)
    const theirs = (await service.call('payee', query)).data.me.loans.edges
    expect(theirs.filter(({ node }: { node: { id: string } }) => seen.includes(node.id))).toEqual([])
  })

  test('Only officers see the loans of everybody', async () => {
    const query = '{ loans(state: SUBMITTED) { edges { node { borrower { id } } } } }'
    const { data } = await service.call('officer', query)
    expect(data.loans.edges[0].node.borrower.id).toBe('payer')
    expect((await service.call('payer', query)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
  })

  test('Forged cursors and pages over the limit are refused', async () => {
    for (const page of ['after: "nonsense"', 'first: 101', 'first: 1, last: 1', 'before: "x"']) {
      const { errors } = await service.call('payer', `{ me { loans(${page}) { edges { cursor } } } }`)
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT')
    }
  })
})
