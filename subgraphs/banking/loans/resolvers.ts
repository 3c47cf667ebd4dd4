/** Loans as borrowers and officers see them, and the orders that take one through its life. */
import { z } from 'zod'
import type { Customer } from '../../../prisma/generated/client.ts'
import { type Connection, type PageArguments, pagesInMemory, pagesOf, rowsIn } from '../../shared/pagination.ts'
import { accountById } from '../accounts/read.ts'
import { customerById } from '../customers/read.ts'
import { daysBetween, type PlainDate, plainDateOf } from '../dates/plain-date.ts'
import type { Money } from '../money/amount.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { instantPart } from '../request/cursor-parts.ts'
import { parseDerivedId } from '../request/derived-id.ts'
import { amountToMove, badInput, unknownIn } from '../request/input.ts'
import { type MutationResult, mutate, readBack, resultOf } from '../request/mutation.ts'
import { transferById } from '../transfers/read.ts'
import { loanBooks } from './books.ts'
import type { LoanMutation } from './commands.ts'
import { loanPosition } from './effects.ts'
import {
  type ApplyInput,
  type LoanInput,
  type QuoteInput,
  readApplication,
  readDisbursal,
  readNote,
  readTerms,
} from './input.ts'
import type { Loan, LoanChange, LoanReference } from './loan.ts'
import { type Instalment, quote, scheduleOf } from './quote.ts'
import { readLoanPage } from './read.ts'
import type { LoanState } from './states.ts'
import { loanById } from './store.ts'

interface LoansArguments extends PageArguments {
  readonly state?: LoanState | null
}

/** Instalments, positions and changes know the currency of their loan. */
type In<Part> = Part & { readonly currency: string }

const loanPages = pagesOf('loans', z.tuple([instantPart, z.uuid()]), ({ id, changes }: Loan) => [
  changes[0]?.at ?? '',
  id,
])
const changePages = pagesInMemory('loanChanges', z.tuple([z.int().positive()]), ({ number }: In<LoanChange>) => [
  number,
])
/** Most days ahead for a settlement. */
const MAX_DAYS_AHEAD = 366

/** The loan, if the caller may see it. */
async function visibleLoan(id: string, { caller, load }: BankingContext): Promise<Loan | null> {
  const reader = requireScope(caller, 'banking:read')
  const known = parseDerivedId(id)
  const loan = known === null ? null : await load(loanById, known)
  return loan && mayUse(reader, loan.customer) ? loan : null
}

const loanPage = ({ database }: BankingContext, page: LoansArguments, customer: string | null) =>
  loanPages(page, (range) => readLoanPage(database, { customer, state: page.state ?? null, range }))

/** The loan's id and accounts for the ledger; null for no loan. */
async function referenceTo(loanId: string, { ledger, load }: BankingContext): Promise<LoanReference | null> {
  const known = parseDerivedId(loanId)
  const loan = known === null ? null : await load(loanById, known)
  return loan && { id: loan.id, account: loan.account, books: await loanBooks(ledger, loan.currency) }
}

const act =
  (name: LoanMutation) =>
  async (_: unknown, { input }: { input: LoanInput }, context: BankingContext): Promise<MutationResult> => {
    requireScope(context.caller, 'banking:write')
    const { idempotencyKey, loanId, amount, note } = input
    const loan = await referenceTo(loanId, context)
    return mutate(context, () => {
      const parts = { loan, amount: amount === undefined ? null : amountToMove(amount), note: readNote(note) }
      return { idempotencyKey, command: { name, ...parts, ...unknownIn([loan?.id ?? null, loanId]) } }
    })
  }

/** Starts on the day of the payout; before that, as if it were today. */
const scheduleFor = ({ terms, disbursedOn }: Loan): Instalment[] =>
  scheduleOf({ ...terms, disbursedOn: disbursedOn ?? plainDateOf(new Date()) })

const actionNames: Readonly<Record<LoanChange['action'], string>> = {
  apply: 'APPLY',
  approve: 'APPROVE',
  reject: 'REJECT',
  withdraw: 'WITHDRAW',
  disburse: 'DISBURSE',
  repay: 'REPAY',
  writeOff: 'WRITE_OFF',
  refundOverpayment: 'REFUND_OVERPAYMENT',
}

/** Resolvers for fields that hold an amount in minor units, which may be missing. */
const amounts = <Name extends string>(...names: readonly Name[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      (part: In<Readonly<Record<Name, bigint | null>>>): Money | null =>
        part[name] === null ? null : { amount: part[name], currency: part.currency },
    ]),
  )

export const loanResolvers = {
  Query: {
    loan: (_: unknown, { id }: { id: string }, context: BankingContext) => visibleLoan(id, context),
    loans(_: unknown, page: LoansArguments, context: BankingContext): Promise<Connection<Loan>> {
      requireScope(context.caller, 'banking:officer')
      return loanPage(context, page, null)
    },
    quoteLoan(_: unknown, { terms }: { terms: QuoteInput }) {
      const { currency, disbursedOn } = terms
      const offer = quote({ ...readTerms(terms), disbursedOn: readDisbursal(disbursedOn) })
      return { ...offer, currency, schedule: offer.schedule.map((instalment) => ({ ...instalment, currency })) }
    },
  },
  Mutation: {
    applyForLoan: (_: unknown, { input }: { input: ApplyInput }, context: BankingContext) => {
      const { id } = requireScope(context.caller, 'banking:write')
      return mutate(context, () => readApplication(input, id))
    },
    approveLoan: act('approveLoan'),
    rejectLoan: act('rejectLoan'),
    withdrawLoan: act('withdrawLoan'),
    disburseLoan: act('disburseLoan'),
    repayLoan: act('repayLoan'),
    writeOffLoan: act('writeOffLoan'),
    refundLoanOverpayment: act('refundLoanOverpayment'),
  },
  LoanResult: resultOf('LoanAccepted'),
  LoanAccepted: {
    loan: ({ subject }: { subject: string }, _: unknown, context: BankingContext) =>
      readBack(context, ({ load }) => load(loanById, subject)),
  },
  Customer: {
    loans: ({ id }: Customer, page: LoansArguments, context: BankingContext) => loanPage(context, page, id),
  },
  Loan: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => visibleLoan(id, context),
    borrower: ({ customer }: Loan, _: unknown, { load }: BankingContext) => load(customerById, customer),
    account: ({ account }: Loan, _: unknown, { load }: BankingContext) => load(accountById, account),
    principal: ({ terms, currency }: Loan): Money => ({ amount: terms.principal, currency }),
    annualRate: ({ terms }: Loan): bigint => terms.annualRate,
    instalments: ({ terms }: Loan): number => terms.instalments,
    interest: ({ terms }: Loan): string => terms.interest,
    amortization: ({ terms }: Loan): string => terms.amortization,
    product: () => ({ id: 'loan' }),
    submittedAt: ({ changes }: Loan): string | undefined => changes[0]?.at,
    schedule(loan: Loan): In<Instalment & { paid: boolean }>[] {
      const owed = loanPosition(loan, plainDateOf(new Date()))?.principal ?? loan.terms.principal
      return scheduleFor(loan).map((instalment) => ({
        ...instalment,
        paid: owed <= instalment.balanceAfter,
        currency: loan.currency,
      }))
    },
    position(loan: Loan, { on }: { on?: PlainDate | null }) {
      if (loan.state !== 'ACTIVE' && loan.state !== 'OVERPAID') return null
      const today = plainDateOf(new Date())
      const days = daysBetween(today, on ?? today)
      if (days < 0 || days > MAX_DAYS_AHEAD) throw badInput('on', `must be today or up to ${MAX_DAYS_AHEAD} days later`)
      return { ...loanPosition(loan, on ?? today), currency: loan.currency }
    },
    changes: ({ changes, currency }: Loan, page: PageArguments) =>
      changePages(page, (range) =>
        rowsIn(changes.toReversed(), range, ({ number }, [place]) => place - number).map((change) => ({
          ...change,
          currency,
        })),
      ),
  },
  LoanQuote: amounts('totalInterest', 'totalPayable'),
  LoanInstalment: amounts('payment', 'principal', 'interest', 'balanceAfter'),
  LoanPosition: {
    on: ({ day }: { day: PlainDate }): PlainDate => day,
    ...amounts('principal', 'interest', 'settlement', 'arrears', 'overpaid'),
  },
  LoanChange: {
    action: ({ action }: LoanChange): string => actionNames[action],
    by: ({ actor }: LoanChange): string => actor,
    principal: ({ allocation, currency }: In<LoanChange>) => allocation && { amount: allocation.principal, currency },
    interest: ({ allocation, currency }: In<LoanChange>) => allocation && { amount: allocation.interest, currency },
    overpayment: ({ allocation, currency }: In<LoanChange>) =>
      allocation && { amount: allocation.overpayment, currency },
    transfer: ({ transferId }: LoanChange, _: unknown, { load }: BankingContext) =>
      transferId === null ? null : load(transferById, transferId),
    ...amounts('amount'),
  },
}
