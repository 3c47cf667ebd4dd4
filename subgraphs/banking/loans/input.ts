/** Turns arguments about loans into commands of the ledger, and checks them all. */
import { codedError } from '../../../platform/protocol/errors.ts'
import { type PlainDate, plainDateOf } from '../dates/plain-date.ts'
import { parseAccountId } from '../ledger/account-number.ts'
import { derivedId } from '../request/derived-id.ts'
import { type Asked, badInput, type Keyed, optionalText, unknownIn } from '../request/input.ts'
import type { ApplyForLoanCommand } from './commands.ts'
import { type Amortization, faultsOf, type InterestMethod, type LoanTerms } from './terms.ts'

/** Terms as clients send them. */
interface TermsInput {
  readonly principal: bigint
  readonly currency: string
  readonly annualRate: bigint
  readonly instalments: number
  readonly interest: InterestMethod
  readonly amortization: Amortization
}

export interface QuoteInput extends TermsInput {
  readonly disbursedOn?: PlainDate | null
}

export interface ApplyInput extends Keyed {
  readonly accountId: string
  readonly terms: TermsInput
  readonly purpose?: string | null
}

export interface LoanInput extends Keyed {
  readonly loanId: string
  readonly amount?: bigint
  readonly note?: string | null
}

const MAX_TEXT = 140 // characters

/** @throws BAD_USER_INPUT with every fault of the terms */
export function readTerms({ principal, annualRate, instalments, interest, amortization }: TermsInput): LoanTerms {
  const terms = { principal, annualRate, instalments, interest, amortization }
  const faults = faultsOf(terms)
  if (faults.length > 0) throw codedError('BAD_USER_INPUT', faults.join(' '))
  return terms
}

/** The range of disbursal days for a quote: a date forty years later must be valid, too. */
const DISBURSALS = { earliest: '1900-01-01', latest: '2999-12-31' } as const

/** Today if it is missing. @throws BAD_USER_INPUT */
export function readDisbursal(day: PlainDate | null | undefined): PlainDate {
  const { earliest, latest } = DISBURSALS
  if (day === null || day === undefined) return plainDateOf(new Date())
  if (day >= earliest && day <= latest) return day
  throw badInput('terms.disbursedOn', `must be from ${earliest} to ${latest}`)
}

/** The note of an officer. @throws BAD_USER_INPUT */
export const readNote = (note: string | null | undefined): string | null => optionalText('note', note, MAX_TEXT)

/** @throws BAD_USER_INPUT naming the argument */
export function readApplication(input: ApplyInput, actor: string): Asked<ApplyForLoanCommand> {
  const { idempotencyKey, accountId, terms, purpose } = input
  const account = parseAccountId(accountId)
  return {
    idempotencyKey,
    command: {
      name: 'applyForLoan',
      loan: derivedId('loan', actor, idempotencyKey),
      account,
      currency: terms.currency,
      terms: readTerms(terms),
      purpose: optionalText('purpose', purpose, MAX_TEXT),
      ...unknownIn([account, accountId]),
    },
  }
}
