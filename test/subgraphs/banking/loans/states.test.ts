import { describe, expect, test } from '@jest/globals'
import { type LoanAction, type LoanState, refusalOf, rules } from '../../../../subgraphs/banking/loans/states.ts'

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
const actions = Object.keys(rules) as LoanAction[]

/** Apache Fineract's life of a loan, written out once more. */
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
          expect(refusal).toBe(`LOAN_NOT_${rules[action].from[0]}`)
          return []
        }
        return rules[action].to.map((next) => `${state} ${action} ${next}`)
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

  test('An officer decides wherever the bank gives or waives money', () => {
    const byOfficer = actions.filter((action) => rules[action].by === 'officer')
    expect(byOfficer).toEqual(['approve', 'reject', 'disburse', 'writeOff'])
  })
})
