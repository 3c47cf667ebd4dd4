/**
 * Years of lending on a real ledger: whatever borrowers and officers try, the bank's books agree
 * with the loans.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { plainDateOf } from '../../../../subgraphs/banking/dates/plain-date.ts'
import type { Answer, Moment } from '../../../../subgraphs/banking/ledger/evaluate.ts'
import { addHistory } from '../../../../subgraphs/banking/ledger/history.ts'
import { type Actor, type Command, ledgerRequest } from '../../../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import { loanBooks } from '../../../../subgraphs/banking/loans/books.ts'
import { type LoanMutation, loanActions } from '../../../../subgraphs/banking/loans/commands.ts'
import type { LoanBooks } from '../../../../subgraphs/banking/loans/loan.ts'
import { type Position, positionOf, type Repayment } from '../../../../subgraphs/banking/loans/position.ts'
import { type LoanState, refusalOf } from '../../../../subgraphs/banking/loans/states.ts'
import { loadLoans } from '../../../../subgraphs/banking/loans/store.ts'
import type { LoanTerms } from '../../../../subgraphs/banking/loans/terms.ts'
import { createDatabase, type TestDatabase } from '../../../support/database.ts'
import fc from '../../../support/fast-check.ts'
import { openBank, subjectOf, type TestBank, verdictOf } from '../support/bank.ts'
import { brokenInvariants } from '../support/books.ts'
import { terms as anyTerms } from './arbitraries.ts'
import { applicationFor, borrower, commandOf, officer } from './lender.ts'

/** Later than anything real: the clock of this test starts here. */
const START = Date.UTC(2100, 0, 31)
const DAY = 86_400_000 // milliseconds

let database: TestDatabase
let bank: TestBank
let books: LoanBooks
let now = START
beforeAll(async () => {
  database = await createDatabase('migrated')
  bank = openBank(database.url, { confirmed: '9000-01-01T00:00:00Z' })
  books = await loanBooks(bank.ledger, 'EUR')
})
afterAll(async () => {
  await bank.close()
  await database.drop()
})

const step = fc.record({
  name: fc.constantFrom(
    // Repayments most of the time, and every other step at every other time.
    ...Array<LoanMutation>(12).fill('repayLoan'),
    ...(Object.keys(loanActions) as LoanMutation[]),
  ),
  days: fc.integer({ min: 0, max: 45 }),
  /** Percent of the principal. */
  share: fc.integer({ min: 0, max: 60 }),
})
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const writeHistory = (moments: readonly Moment[]): Promise<readonly Answer[]> =>
  bank.database.$transaction((transaction) => addHistory(ledgerParts, transaction, moments), { timeout: 60_000 })

/** Lends on `terms` and takes the steps one by one; returns each result and the loan's id. */
async function live(terms: LoanTerms, steps: readonly Step[]): Promise<{ id: string; verdicts: string[] }> {
  const account = await bank.open({ owner: borrower.id, balance: terms.principal * 30n })
  const key = randomUUID()
  const moment = (command: Command, actor: Actor, days: number, as: string = randomUUID()): Moment => {
    now += days * DAY
    const request = ledgerRequest({ actor, key: as, requestId: null, command })
    return { at: new Date(now).toISOString(), requests: [request] }
  }
  const [application] = await writeHistory([moment(applicationFor(account, terms, key), borrower, 1, key)])
  const id = application ? subjectOf(application) : ''
  const loan = { id, account, books }
  const opening = [
    moment(commandOf('approveLoan', loan), officer, 1),
    moment(commandOf('disburseLoan', loan), officer, 0),
  ]
  const answers = await writeHistory([
    ...opening,
    ...steps.map(({ name, days, share }) => {
      const amount = (terms.principal * BigInt(share)) / 100n + 1n
      return moment(commandOf(name, loan, amount), officer, days)
    }),
  ])
  return { id, verdicts: answers.slice(opening.length).map(verdictOf) }
}

/** The same steps on the state table and the arithmetic only. */
function model(terms: LoanTerms, steps: readonly Step[], disbursedAt: number) {
  const disbursedOn = plainDateOf(new Date(disbursedAt))
  const repayments: Repayment[] = []
  let state: LoanState = 'ACTIVE'
  let at = disbursedAt
  let position: Position = positionOf({ ...terms, disbursedOn }, repayments, disbursedOn)
  const verdicts = steps.map(({ name, days, share }) => {
    at += days * DAY
    const day = plainDateOf(new Date(at))
    const refusal = refusalOf(state, loanActions[name])
    if (refusal) return refusal
    if (name === 'writeOffLoan') state = 'CLOSED_WRITTEN_OFF'
    else if (name === 'refundLoanOverpayment') state = 'CLOSED_OBLIGATIONS_MET'
    else {
      repayments.push({ paidOn: day, amount: (terms.principal * BigInt(share)) / 100n + 1n })
      position = positionOf({ ...terms, disbursedOn }, repayments, day)
      state = position.settlement > 0n ? 'ACTIVE' : position.overpaid > 0n ? 'OVERPAID' : 'CLOSED_OBLIGATIONS_MET'
    }
    return 'ACCEPTED'
  })
  return { state, verdicts, allocations: position.allocations }
}

const lives = fc.tuple(
  anyTerms.filter(({ principal, instalments }) => principal <= 10n ** 12n && instalments <= 60),
  fc.array(step, { maxLength: 15 }),
)

test('Every loan ends as the state table and the arithmetic predict', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async ([terms, steps]) => {
      const { id, verdicts } = await live(terms, steps)
      const disbursedAt = now - steps.reduce((sum, { days }) => sum + days, 0) * DAY
      const expected = model(terms, steps, disbursedAt)
      const loan = (await loadLoans(bank.database, [id])).get(id)
      expect(verdicts).toEqual(expected.verdicts)
      expect(loan?.state).toBe(expected.state)
      expect(loan?.changes.flatMap(({ allocation }) => allocation ?? [])).toEqual(expected.allocations)
    }),
    { numRuns: 40 },
  )
})

test("The bank's own accounts equal the sums of the loans, to the last unit", async () => {
  const balances = new Map(
    (await bank.database.account.findMany({ where: { id: { in: Object.values(books).map(BigInt) } } })).map((row) => [
      row.id.toString(),
      row.creditsPosted - row.debitsPosted,
    ]),
  )
  const [sums] = await bank.database.$queryRaw<[{ owed: bigint; interest: bigint; kept: bigint; lost: bigint }]>`
    SELECT
      COALESCE(sum(CASE action WHEN 'disburse' THEN amount WHEN 'repay' THEN -principal WHEN 'writeOff' THEN -amount END), 0)::bigint AS owed,
      COALESCE(sum(interest), 0)::bigint AS interest,
      COALESCE(sum(CASE action WHEN 'repay' THEN overpayment WHEN 'refundOverpayment' THEN -amount END), 0)::bigint AS kept,
      COALESCE(sum(amount) FILTER (WHERE action = 'writeOff'), 0)::bigint AS lost
    FROM loan_changes`
  expect(balances.get(books.principal)).toBe(-sums.owed)
  expect(balances.get(books.interest)).toBe(sums.interest)
  expect(balances.get(books.overpayments)).toBe(sums.kept)
  expect(balances.get(books.losses)).toBe(-sums.lost)
  expect(sums.interest).toBeGreaterThan(0n)
  expect(await brokenInvariants(bank.database)).toEqual([])
})
