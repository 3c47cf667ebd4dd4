/**
 * Loans on a real ledger: every step moves exactly its money, once, and illegal steps are refused.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { LoanMutation } from '../../../../subgraphs/banking/loans/commands.ts'
import { loanActions } from '../../../../subgraphs/banking/loans/commands.ts'
import type { LoanReference } from '../../../../subgraphs/banking/loans/loan.ts'
import { type LoanState, transitions } from '../../../../subgraphs/banking/loans/states.ts'
import { createBank, customer, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { applicationFor, borrower, type Lender, officer, openLender, usualTerms } from './lender.ts'

let bank: TestBank
let lender: Lender
let account: string

beforeAll(async () => {
  bank = await createBank()
  lender = openLender(bank)
})
afterAll(async () => {
  expect(await brokenInvariants(bank.database)).toEqual([])
  await bank.close()
})
beforeEach(async () => {
  account = await bank.open({ owner: borrower.id, balance: 10_000n })
})

const balanceOf = async (id: string): Promise<bigint> => {
  const { creditsPosted, debitsPosted } = await bank.database.account.findUniqueOrThrow({ where: { id: BigInt(id) } })
  return creditsPosted - debitsPosted
}
const repay = (loan: LoanReference, amount: bigint, key?: string) =>
  lender.act('repayLoan', loan, { actor: borrower, amount, ...(key === undefined ? {} : { key }) })

describe('life of a loan', () => {
  test('A loan pays the amount out to the borrower, takes it back, and ends with nothing owed', async () => {
    const loan = await lender.lend(account)
    const { principal, overpayments } = loan.books
    const [owed, kept] = [await balanceOf(principal), await balanceOf(overpayments)]
    expect(await balanceOf(account)).toBe(130_000n)

    await repay(loan, 20_000n)
    expect((await lender.loan(loan)).state).toBe('ACTIVE')
    expect(await balanceOf(principal)).toBe(owed + 20_000n)

    await repay(loan, 100_500n)
    expect((await lender.loan(loan)).state).toBe('OVERPAID')
    expect(await balanceOf(principal)).toBe(owed + 120_000n)
    expect(await balanceOf(overpayments)).toBe(kept + 500n)

    await lender.act('refundLoanOverpayment', loan, { actor: borrower })
    expect(await balanceOf(overpayments)).toBe(kept)
    expect(await balanceOf(account)).toBe(10_000n)
    expect((await lender.loan(loan)).state).toBe('CLOSED_OBLIGATIONS_MET')
  })

  test('A loan pays out once and refunds once under concurrent requests', async () => {
    const loan = await lender.apply(account)
    const [kept, before] = [await balanceOf(loan.books.overpayments), await balanceOf(account)]
    await lender.act('approveLoan', loan)
    const tenTimes = (name: 'disburseLoan' | 'refundLoanOverpayment', actor = officer) =>
      Promise.all(Array.from({ length: 10 }, () => lender.act(name, loan, { actor })))
    const verdicts = async (answers: ReturnType<typeof tenTimes>) => (await answers).map(verdictOf).sort()
    const nine = (code: string) => Array.from({ length: 9 }, () => code)
    expect(await verdicts(tenTimes('disburseLoan'))).toEqual(['ACCEPTED', ...nine('LOAN_NOT_APPROVED')])
    await repay(loan, 120_700n)
    expect(await balanceOf(account)).toBe(before - 700n)
    expect(await verdicts(tenTimes('refundLoanOverpayment', borrower))).toEqual([
      'ACCEPTED',
      ...nine('LOAN_NOT_OVERPAID'),
    ])
    expect([await balanceOf(loan.books.overpayments), await balanceOf(account)]).toEqual([kept, before])
  })

  test.each([
    ['repayLoan', 'principal', 121_000n],
    ['repayLoan', 'overpayments', 121_000n],
    ['writeOffLoan', 'principal', undefined],
    ['writeOffLoan', 'losses', undefined],
  ] as const)('%s moves nothing while the account of the bank for %s is frozen', async (name, book, amount) => {
    const loan = await lender.lend(account)
    const accountId = loan.books[book]
    const act = () => lender.act(name, loan, amount === undefined ? {} : { actor: borrower, amount }).then(verdictOf)
    subjectOf(await bank.ask({ name: 'freezeAccount', accountId }, { actor: officer }))
    const before = [await balanceOf(account), await balanceOf(accountId)]
    const verdict = await act()
    const after = [await balanceOf(account), await balanceOf(accountId)]
    subjectOf(await bank.ask({ name: 'unfreezeAccount', accountId }, { actor: officer }))
    expect(verdict).toBe('ACCOUNT_NOT_OPEN')
    expect(after).toEqual(before)
    expect((await lender.loan(loan)).state).toBe('ACTIVE')
    expect(await act()).toBe('ACCEPTED')
  })

  test('A loan records who made each change, when, and what each transfer moved', async () => {
    const loan = await lender.lend(account)
    await repay(loan, 120_500n)
    const { changes } = await lender.loan(loan)
    expect(changes.map(({ number, action, state, actor, amount }) => [number, action, state, actor, amount])).toEqual([
      [1, 'apply', 'SUBMITTED', 'borrower', null],
      [2, 'approve', 'APPROVED', 'officer', null],
      [3, 'disburse', 'ACTIVE', 'officer', 120_000n],
      [4, 'repay', 'OVERPAID', 'borrower', 120_500n],
    ])
    const transfers = await bank.database.transfer.findMany({
      where: { reference: { endsWith: loan.id } },
      orderBy: { id: 'asc' },
    })
    expect(transfers.map(({ kind, amount, reference }) => [kind, amount, reference?.split(',')[0]])).toEqual([
      ['LOAN', 120_000n, 'Disbursal'],
      ['LOAN', 120_000n, 'Repayment'],
      ['LOAN', 500n, 'Overpayment'],
    ])
    expect(changes.map(({ transferId }) => transferId)).toEqual([
      null,
      null,
      transfers[0]?.id.toString(),
      transfers[1]?.id.toString(),
    ])
    expect(transfers.map(({ groupId }) => groupId)).toEqual([null, transfers[1]?.id, transfers[1]?.id])
  })

  test("A loan may end with a write-off at the bank's expense", async () => {
    const loan = await lender.lend(account)
    await repay(loan, 20_000n)
    const [principal, losses] = [await balanceOf(loan.books.principal), await balanceOf(loan.books.losses)]
    await lender.act('writeOffLoan', loan)
    expect((await lender.loan(loan)).state).toBe('CLOSED_WRITTEN_OFF')
    expect(await balanceOf(loan.books.principal)).toBe(principal + 100_000n)
    expect(await balanceOf(loan.books.losses)).toBe(losses - 100_000n)
  })
})

describe('illegal steps', () => {
  /** How to bring a loan into each state. */
  const reach: Readonly<Record<LoanState, (account: string) => Promise<LoanReference>>> = {
    SUBMITTED: (id) => lender.apply(id),
    APPROVED: (id) => taken(lender.apply(id), 'approveLoan'),
    REJECTED: (id) => taken(lender.apply(id), 'rejectLoan'),
    WITHDRAWN: (id) => taken(lender.apply(id), 'withdrawLoan'),
    ACTIVE: (id) => lender.lend(id),
    OVERPAID: (id) => taken(lender.lend(id), 'repayLoan', 120_001n),
    CLOSED_OBLIGATIONS_MET: (id) => taken(lender.lend(id), 'repayLoan', 120_000n),
    CLOSED_WRITTEN_OFF: (id) => taken(lender.lend(id), 'writeOffLoan'),
  }
  async function taken(coming: Promise<LoanReference>, name: LoanMutation, amount?: bigint): Promise<LoanReference> {
    const loan = await coming
    await lender.act(name, loan, amount === undefined ? {} : { amount })
    return loan
  }

  test.each(Object.keys(reach) as LoanState[])(
    'In state %s an illegal step is refused by name and moves nothing',
    async (state) => {
      const loan = await reach[state](account)
      expect((await lender.loan(loan)).state).toBe(state)
      for (const name of Object.keys(loanActions) as LoanMutation[]) {
        const { from, refusal } = transitions[loanActions[name]]
        if (from.includes(state)) continue
        const before = await balanceOf(account)
        expect(verdictOf(await lender.act(name, loan, { amount: 1n }))).toBe(refusal)
        expect(await balanceOf(account)).toBe(before)
      }
      expect((await lender.loan(loan)).state).toBe(state)
    },
  )
})

test('A borrower may withdraw an approved loan, which is then not paid out', async () => {
  const loan = await lender.apply(account)
  await lender.act('approveLoan', loan)
  expect(verdictOf(await lender.act('withdrawLoan', loan, { actor: customer('stranger') }))).toBe('LOAN_NOT_FOUND')
  expect(verdictOf(await lender.act('withdrawLoan', loan, { actor: borrower }))).toBe('ACCEPTED')
  expect((await lender.loan(loan)).state).toBe('WITHDRAWN')
  expect(verdictOf(await lender.act('disburseLoan', loan))).toBe('LOAN_NOT_APPROVED')
})

describe('permissions', () => {
  test('Only the borrower and officers see or change a loan', async () => {
    const loan = await lender.lend(account)
    for (const name of Object.keys(loanActions) as LoanMutation[]) {
      expect(verdictOf(await lender.act(name, loan, { actor: customer('stranger'), amount: 1n }))).toBe(
        'LOAN_NOT_FOUND',
      )
    }
    expect(verdictOf(await lender.act('repayLoan', null, { amount: 1n }))).toBe('LOAN_NOT_FOUND')
  })

  test.each(['approveLoan', 'rejectLoan', 'disburseLoan', 'writeOffLoan'] as const)(
    'No borrower can %s, not even one who is an officer',
    async (name) => {
      const loan = await lender.apply(account)
      expect(verdictOf(await lender.act(name, loan, { actor: borrower }))).toBe('NOT_PERMITTED')
      expect(verdictOf(await lender.act(name, loan, { actor: { ...borrower, officer: true } }))).toBe('NOT_PERMITTED')
    },
  )

  test('A borrower needs an open account of its own, in its currency', async () => {
    const others = await bank.open({ owner: 'stranger' })
    const ask = async (id: string, currency = 'EUR') => {
      const command = { ...applicationFor(id, usualTerms, `${id} ${currency}`), currency }
      return verdictOf(await bank.ask(command, { actor: borrower }))
    }
    expect(await ask(others)).toBe('ACCOUNT_NOT_FOUND')
    expect(await ask('99999999999999')).toBe('ACCOUNT_NOT_FOUND')
    expect(await ask(account, 'USD')).toBe('CURRENCY_MISMATCH')
  })
})

describe('money', () => {
  test('A repayment beyond the balance is refused', async () => {
    const loan = await lender.lend(account)
    await bank.transfer({ from: account, to: await bank.open(), amount: 125_000n }, { actor: borrower })
    expect(verdictOf(await repay(loan, 5_001n))).toBe('INSUFFICIENT_FUNDS')
    expect(verdictOf(await repay(loan, 5_000n))).toBe('ACCEPTED')
  })

  test('Each step moves money once under one key, however often it is sent', async () => {
    const loan = await lender.lend(account)
    const answers = await Promise.all(Array.from({ length: 10 }, () => repay(loan, 1_000n, 'one key')))
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(await balanceOf(account)).toBe(129_000n)
    expect(verdictOf(await repay(loan, 1_001n, 'one key'))).toBe('IDEMPOTENCY_KEY_REUSED')
  })

  test('A loan is paid out once under concurrent requests', async () => {
    const loan = await lender.apply(account)
    await lender.act('approveLoan', loan)
    const answers = await Promise.all(Array.from({ length: 8 }, () => lender.act('disburseLoan', loan)))
    expect(answers.map(verdictOf).sort()).toEqual(['ACCEPTED', ...Array(7).fill('LOAN_NOT_APPROVED')])
    expect(await balanceOf(account)).toBe(130_000n)
  })

  test('Concurrent repayments never repay more principal than was lent', async () => {
    const loan = await lender.lend(account)
    const answers = await Promise.all(Array.from({ length: 30 }, () => repay(loan, 7_000n)))
    const accepted = answers.filter((answer) => verdictOf(answer) === 'ACCEPTED').length
    expect(accepted).toBe(18) // 17 × 70.00 leave 10.00; the 18th overpays, and the rest are too late
    const { changes, state } = await lender.loan(loan)
    expect(state).toBe('OVERPAID')
    expect(changes.reduce((sum, { allocation }) => sum + (allocation?.principal ?? 0n), 0n)).toBe(120_000n)
  })
})

describe('database guards', () => {
  const refused = (statement: string) => expect(bank.database.$executeRawUnsafe(statement)).rejects.toThrow()

  test('The database refuses to change or remove agreed terms and past events', async () => {
    const loan = await lender.lend(account)
    const here = `WHERE id = '${loan.id}'`
    await refused(`UPDATE loans SET principal = 1 ${here}`)
    await refused(`UPDATE loans SET annual_rate = 0 ${here}`)
    await refused(`UPDATE loans SET state = 'CLOSED_OBLIGATIONS_MET' ${here}`)
    await refused(`UPDATE loans SET disbursed_on = '2020-01-01' ${here}`)
    await refused(`DELETE FROM loans ${here}`)
    await refused(`UPDATE loan_changes SET actor = 'nobody' WHERE loan_id = '${loan.id}'`)
    await refused(`DELETE FROM loan_changes WHERE loan_id = '${loan.id}'`)
  })

  test('The database refuses a change that does not follow from the one before', async () => {
    const loan = await lender.apply(account)
    const insert = (number: number, action: string, state: string) =>
      `INSERT INTO loan_changes (loan_id, number, action, state, actor, at)
       VALUES ('${loan.id}', ${number}, '${action}', '${state}', 'officer', now())`
    await refused(insert(2, 'disburse', 'ACTIVE'))
    await refused(insert(3, 'approve', 'APPROVED'))
    await refused(insert(2, 'approve', 'REJECTED'))
  })
})

test('An account with a loan cannot be closed, since the loan is paid out and repaid there', async () => {
  const close = async () => verdictOf(await bank.ask({ name: 'closeAccount', accountId: account }, { actor: borrower }))
  const empty = async () => {
    const amount = await balanceOf(account)
    if (amount > 0n) subjectOf(await bank.transfer({ from: account, to: elsewhere, amount }, { actor: borrower }))
  }
  const elsewhere = await bank.open()
  await empty()
  const [loan, closed] = await Promise.all([lender.apply(account), close()])
  if (closed === 'ACCEPTED') throw new Error('The loan was asked for first.')
  for (const step of ['approveLoan', 'disburseLoan'] as const) {
    expect(await close()).toBe('ACCOUNT_HAS_LOAN')
    subjectOf(await lender.act(step, loan))
  }
  await empty()
  expect(await close()).toBe('ACCOUNT_HAS_LOAN')
  subjectOf(await bank.transfer({ from: elsewhere, to: account, amount: 120_100n }))
  await repay(loan, 120_100n)
  expect(await close()).toBe('ACCOUNT_HAS_LOAN')
  await lender.act('refundLoanOverpayment', loan, { actor: borrower })
  await empty()
  expect(await close()).toBe('ACCEPTED')
})

test('An officer who repays for a borrower is recorded as the actor', async () => {
  const loan = await lender.lend(account)
  await lender.act('repayLoan', loan, { actor: officer, amount: 100n })
  expect((await lender.loan(loan)).changes.at(-1)).toMatchObject({ action: 'repay', actor: 'officer' })
})
