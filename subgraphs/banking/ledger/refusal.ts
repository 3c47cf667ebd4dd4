/**
 * All reasons for which the bank refuses, with their messages. A refusal moves nothing and is
 * remembered by key.
 */

const refusals = {
  INSUFFICIENT_FUNDS: 'The available balance does not cover the amount.',
  ACCOUNT_NOT_FOUND: 'There is no such account.',
  ACCOUNT_NOT_OPEN: 'The account is not open.',
  CURRENCY_MISMATCH: 'The currency is not the one of both accounts.',
  SAME_ACCOUNT: 'The two accounts are the same.',
  IDEMPOTENCY_KEY_REUSED: 'The idempotency key was used before, for something else.',
  IDEMPOTENCY_KEY_EXPIRED: 'The idempotency key was used too long ago for its outcome to be kept. Nothing was done.',
  LIMIT_EXCEEDED: 'The amount is over a limit of the account.',
  LOAN_NOT_FOUND: 'There is no such loan.',
  LOAN_NOT_SUBMITTED: 'The loan is not waiting for a decision.',
  LOAN_NOT_APPROVED: 'The loan is not approved and waiting to be paid out.',
  LOAN_NOT_ACTIVE: 'The loan is not active.',
  LOAN_NOT_OVERPAID: 'Nothing was overpaid on the loan.',
  TRANSFER_NOT_FOUND: 'There is no such transfer.',
  HOLD_ALREADY_RESOLVED: 'The hold was captured, voided or has expired.',
  HOLD_EXCEEDED: 'The amount is more than is held.',
  NOT_A_HOLD: 'The transfer was never held.',
  ALREADY_REVERSED: 'The transfer was reversed before.',
  NOT_REVERSIBLE: 'A transfer of this kind or in this state cannot be reversed.',
  ACCOUNT_NOT_FROZEN: 'The account is not frozen.',
  ACCOUNT_NOT_EMPTY: 'The account still has a balance, or holds are open on it.',
  ACCOUNT_HAS_LOAN: 'A loan is still to be decided, paid out or repaid on the account.',
  QUOTE_NOT_FOUND: 'There is no such quote.',
  QUOTE_EXPIRED: 'The quote has expired.',
  QUOTE_ALREADY_USED: 'The quote was used before.',
  QUOTE_MISMATCH: 'Amount or currency are not what was quoted.',
  RATE_NEEDS_SECOND_OFFICER: 'Another officer has to set the same rate.',
  INSUFFICIENT_LIQUIDITY: 'The bank has not enough of the currency now.',
  BATCH_REFUSED: 'Another transfer of the batch was refused, and this one with it.',
  WEBHOOK_NOT_FOUND: 'There is no such webhook.',
  DELIVERY_NOT_FOUND: 'There is no such delivery.',
  SCHEDULE_NOT_FOUND: 'There is no such schedule.',
  SCHEDULE_ENDED: 'The schedule has ended or was cancelled.',
  SCHEDULE_NOT_DUE: 'The schedule is not due on that day.',
  SCHEDULE_DAYS_SKIPPED: 'The days were missed too long ago to be caught up.',
  DATE_IN_PAST: 'The day is over.',
  NOT_PERMITTED: 'The caller may not do this.',
} as const

export type RefusalCode = keyof typeof refusals

export interface Refused {
  readonly accepted: false
  readonly code: RefusalCode
  readonly message: string
  /**
   * The bank's own work is not due yet. Such a refusal is not remembered, because the same key is
   * used again later.
   */
  readonly isEarly?: true
}

interface Accepted {
  readonly accepted: true
  /** The id of the result: a transfer, an account. */
  readonly subject: string
  /** Further parts of the outcome. */
  readonly details: unknown
}

export type Outcome = Accepted | Refused

export const isRefused = <Result extends object>(result: Result | Refused): result is Refused =>
  'accepted' in result && result.accepted === false

export const refuse = (code: RefusalCode, message: string = refusals[code]): Refused => ({
  accepted: false,
  code,
  message,
})

/** Refuses the bank's own work until its time has come. */
export const notYet = (code: RefusalCode): Refused => ({ ...refuse(code), isEarly: true })

export const accept = (subject: string, details: unknown = null): Accepted => ({ accepted: true, subject, details })
