import { describe, expect, jest, test } from '@jest/globals'
import { openBook } from '../../../../subgraphs/banking/ledger/book.ts'
import type { LedgerState } from '../../../../subgraphs/banking/ledger/model.ts'
import { loansPart } from '../../../../subgraphs/banking/loans/rules.ts'
import {
  checkTransition,
  type LoanAction,
  type LoanState,
  refusalOf,
  transitions,
} from '../../../../subgraphs/banking/loans/states.ts'
import { loans } from '../../../../subgraphs/banking/loans/store.ts'
import { commandOf, officer, usualTerms } from './lender.ts'

const states: readonly LoanState[] = [
  'SUBMITTED',
  'APPROVED',
  'REJECTED',
  'WITHDRAWN',
  'ACTIVE',
  'OVERPAID',
  'CLOSED_OBLIGATIONS_MET',
  'CLOSED_WRITTEN_OFF',
]
const actions = Object.keys(transitions) as LoanAction[]

/** The life of a loan in Apache Fineract, repeated independently of the code. */
const allowed: ReadonlySet<string> = new Set([
  'SUBMITTED approve APPROVED',
  'SUBMITTED reject REJECTED',
  'SUBMITTED withdraw WITHDRAWN',
  'APPROVED withdraw WITHDRAWN',
  'APPROVED disburse ACTIVE',
  'ACTIVE repay ACTIVE',
  'ACTIVE repay CLOSED_OBLIGATIONS_MET',
  'ACTIVE repay OVERPAID',
  'ACTIVE writeOff CLOSED_WRITTEN_OFF',
  'OVERPAID refundOverpayment CLOSED_OBLIGATIONS_MET',
])

describe('states of a loan', () => {
  test('Each state allows exactly its own changes, and refuses each other one by the name of the state it needs', () => {
    const found = states.flatMap((state) =>
      actions.flatMap((action) => {
        const refusal = refusalOf(state, action)
        if (refusal !== undefined) {
          expect(refusal).toBe(`LOAN_NOT_${transitions[action].from[0]}`)
          return []
        }
        return transitions[action].to.map((next) => `${state} ${action} ${next}`)
      }),
    )
    expect(new Set(found)).toEqual(allowed)
  })

  test.each(['REJECTED', 'WITHDRAWN', 'CLOSED_OBLIGATIONS_MET', 'CLOSED_WRITTEN_OFF'] as const)(
    'The state %s is final',
    (state) => {
      expect(actions.every((action) => refusalOf(state, action) !== undefined)).toBe(true)
    },
  )

  test('An effect that leads to a state outside the table throws', () => {
    const leads = (from: LoanState, action: LoanAction, to: LoanState): boolean => {
      try {
        checkTransition(from, action, to)
        return true
      } catch {
        return false
      }
    }
    const found = states.flatMap((from) =>
      actions.flatMap((action) =>
        states.filter((to) => leads(from, action, to)).map((to) => `${from} ${action} ${to}`),
      ),
    )
    expect(new Set(found)).toEqual(allowed)
  })

  test('A step with an effect outside the table changes nothing', () => {
    const loan = {
      ...{ id: 'loan', customer: 'borrower', account: 'a', currency: 'EUR', terms: usualTerms, purpose: null },
      ...{ state: 'SUBMITTED' as const, disbursedOn: null, changes: [] },
    }
    const head = { sequence: 0n, operation: 0n, batch: 0n, account: 0n, at: '2027-01-01T00:00:00.000Z', hash: '' }
    const rows = new Map([[loans as object, new Map([['loan', loan]])]]) as LedgerState['rows']
    const book = openBook({ head, accounts: new Map(), transfers: new Map(), rows, remembered: new Map() })
    const books = { principal: 'p', interest: 'i', overpayments: 'o', losses: 'l' }
    const approve = commandOf('approveLoan', { id: 'loan', account: 'a', books })
    const table = jest.replaceProperty(transitions.approve, 'to', ['REJECTED'])
    expect(() => loansPart.rules.approveLoan.evaluate(approve, book, officer)).toThrow(RangeError)
    expect(loan).toMatchObject({ state: 'SUBMITTED', changes: [] })
    table.restore()
    expect(loansPart.rules.approveLoan.evaluate(approve, book, officer)).toMatchObject({ accepted: true })
  })

  test('Only officers decide steps in which the bank gives or waives money', () => {
    const byOfficer = actions.filter((action) => transitions[action].by === 'officer')
    expect(byOfficer).toEqual(['approve', 'reject', 'disburse', 'writeOff'])
  })
})
