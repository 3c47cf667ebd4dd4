/**
 * The states of a loan, after Apache Fineract, as a table of transitions. Nothing else changes a
 * state.
 */

export type LoanState =
  | 'SUBMITTED'
  | 'APPROVED'
  | 'REJECTED'
  | 'WITHDRAWN'
  | 'ACTIVE'
  | 'OVERPAID'
  | 'CLOSED_OBLIGATIONS_MET'
  | 'CLOSED_WRITTEN_OFF'

export type LoanAction = 'approve' | 'reject' | 'withdraw' | 'disburse' | 'repay' | 'writeOff' | 'refundOverpayment'

/** The refusal of an action names the state that it needs, or the first of several. */
type LoanRefusal = 'LOAN_NOT_SUBMITTED' | 'LOAN_NOT_APPROVED' | 'LOAN_NOT_ACTIVE' | 'LOAN_NOT_OVERPAID'

interface Transition {
  readonly from: readonly LoanState[]
  /** The next states; the amounts decide among several. */
  readonly to: readonly LoanState[]
  readonly by: 'officer' | 'borrower'
  readonly refusal: LoanRefusal
}

export const transitions: Readonly<Record<LoanAction, Transition>> = {
  approve: { from: ['SUBMITTED'], to: ['APPROVED'], by: 'officer', refusal: 'LOAN_NOT_SUBMITTED' },
  reject: { from: ['SUBMITTED'], to: ['REJECTED'], by: 'officer', refusal: 'LOAN_NOT_SUBMITTED' },
  withdraw: { from: ['SUBMITTED', 'APPROVED'], to: ['WITHDRAWN'], by: 'borrower', refusal: 'LOAN_NOT_SUBMITTED' },
  disburse: { from: ['APPROVED'], to: ['ACTIVE'], by: 'officer', refusal: 'LOAN_NOT_APPROVED' },
  repay: {
    from: ['ACTIVE'],
    to: ['ACTIVE', 'CLOSED_OBLIGATIONS_MET', 'OVERPAID'],
    by: 'borrower',
    refusal: 'LOAN_NOT_ACTIVE',
  },
  writeOff: { from: ['ACTIVE'], to: ['CLOSED_WRITTEN_OFF'], by: 'officer', refusal: 'LOAN_NOT_ACTIVE' },
  refundOverpayment: {
    from: ['OVERPAID'],
    to: ['CLOSED_OBLIGATIONS_MET'],
    by: 'borrower',
    refusal: 'LOAN_NOT_OVERPAID',
  },
}

/** True while something is still to be decided, paid out or repaid. */
export const isOpen = (state: LoanState): boolean => Object.values(transitions).some(({ from }) => from.includes(state))

/** Why `action` may not be taken in `state`; `undefined` if it may. */
export const refusalOf = (state: LoanState, action: LoanAction): LoanRefusal | undefined =>
  transitions[action].from.includes(state) ? undefined : transitions[action].refusal

/** @throws RangeError if `action` does not lead from one state to the other */
export function checkTransition(from: LoanState, action: LoanAction, to: LoanState): void {
  const transition = transitions[action]
  if (transition.from.includes(from) && transition.to.includes(to)) return
  throw new RangeError(`"${action}" does not lead from ${from} to ${to}.`)
}
