/** Fields for officers. Each needs their scope. */
import { z } from 'zod'
import type { Customer } from '../../../prisma/generated/client.ts'
import { type Connection, type PageArguments, pagesOf } from '../../shared/pagination.ts'
import { customerById } from '../customers/read.ts'
import type { Money } from '../money/amount.ts'
import { requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { searchText } from '../request/input.ts'
import {
  type LedgerOperation,
  readAuditHead,
  readCustomers,
  readOperations,
  readTrialBalance,
  type SumOfAccounts,
} from './read.ts'

interface CustomersArguments extends PageArguments {
  readonly search?: string | null
}

const LONGEST_SEARCH = 64 // characters
const idPart = z
  .string()
  .max(255)
  .regex(/^[^\s\p{Cc}]+$/u) // the subject of a token
const customerPages = pagesOf('customers', z.tuple([idPart]), ({ id }: Customer) => [id])
const operationPages = pagesOf('operations', z.tuple([sequencePart]), ({ number }: LedgerOperation) => [number])

const forOfficers =
  <Arguments, Result>(read: (context: BankingContext, given: Arguments) => Result) =>
  (_: unknown, given: Arguments, context: BankingContext): Result => {
    requireScope(context.caller, 'banking:officer')
    return read(context, given)
  }

export const oversightResolvers = {
  Query: {
    customers: forOfficers(async ({ database }, page: CustomersArguments): Promise<Connection<Customer>> => {
      const search = searchText('search', page.search, LONGEST_SEARCH)
      return customerPages(page, (range) => readCustomers(database, { search, range }))
    }),
    customer: forOfficers(({ load }, { id }: { id: string }) => load(customerById, id)),
    trialBalance: forOfficers(({ database }) => readTrialBalance(database)),
    operations: forOfficers(
      ({ database }, page: PageArguments): Promise<Connection<LedgerOperation>> =>
        operationPages(page, (range) => readOperations(database, range)),
    ),
    auditHead: forOfficers(({ database }) => readAuditHead(database)),
  },
  TrialBalanceLine: {
    debits: ({ debits: amount, currency }: SumOfAccounts): Money => ({ amount, currency }),
    credits: ({ credits: amount, currency }: SumOfAccounts): Money => ({ amount, currency }),
    balance: ({ credits, debits, currency }: SumOfAccounts): Money => ({ amount: credits - debits, currency }),
  },
}
