/** The ledger's commands about loans. */
import type { LoanReference } from './loan.ts'
import type { LoanAction } from './states.ts'
import type { LoanTerms } from './terms.ts'

export interface ApplyForLoanCommand {
  readonly name: 'applyForLoan'
  /** The new loan's id, derived from caller and key, so that a retry asks for the same loan. */
  readonly loan: string
  /** Null: no account of this bank. */
  readonly account: string | null
  readonly currency: string
  readonly terms: LoanTerms
  readonly purpose: string | null
}

/** Mutations that change a loan, and the action of each. */
export const loanActions = {
  approveLoan: 'approve',
  rejectLoan: 'reject',
  withdrawLoan: 'withdraw',
  disburseLoan: 'disburse',
  repayLoan: 'repay',
  writeOffLoan: 'writeOff',
  refundLoanOverpayment: 'refundOverpayment',
} as const satisfies Record<string, LoanAction>

export type LoanMutation = keyof typeof loanActions

export interface LoanCommand<Name extends LoanMutation = LoanMutation> {
  readonly name: Name
  /** Null: no loan of this bank. */
  readonly loan: LoanReference | null
  /** Minor units; only of a repayment. */
  readonly amount: bigint | null
  readonly note: string | null
}

type LoanCommands = { [Name in LoanMutation]: LoanCommand<Name> }

declare module '../ledger/request.ts' {
  interface LedgerCommands extends LoanCommands {
    applyForLoan: ApplyForLoanCommand
  }
}
