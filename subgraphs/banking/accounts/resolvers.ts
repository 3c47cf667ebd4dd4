/** Accounts as their owners see them. Balances follow from the four counters alone. */
import { z } from 'zod'
import type { Branch, Customer } from '../../../prisma/generated/client.ts'
import { type PageArguments, pagesOf } from '../../shared/pagination.ts'
import { parseAccountId } from '../ledger/account-number.ts'
import type { Money } from '../money/amount.ts'
import { branchById } from '../places/read.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { type AccountRow, accountById, readAccountPages } from './read.ts'

const accountPage = pagesOf('accounts', z.tuple([z.string().regex(/^\d{14}$/)]), ({ id }: AccountRow) => [id])

/** The account, if the caller may see it. */
export async function visibleAccount(id: string, { caller, load }: BankingContext): Promise<AccountRow | null> {
  const reader = requireScope(caller, 'banking:read')
  const known = parseAccountId(id)
  const account = known === null ? null : await load(accountById, known)
  return account && mayUse(reader, account.owner) ? account : null
}

export const accountResolvers = {
  Query: {
    account: (_: unknown, { id }: { id: string }, context: BankingContext) => visibleAccount(id, context),
  },
  Customer: {
    accounts: ({ id }: Customer, page: PageArguments, { load }: BankingContext) =>
      accountPage(page, ({ limit, after, before, backwards }) =>
        load(readAccountPages, { owner: id, limit, above: after?.[0], below: before?.[0], backwards }),
      ),
  },
  Account: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => visibleAccount(id, context),
    balance: (account: AccountRow): AccountRow => account,
    dailyLimit: ({ dailyLimit, currency }: AccountRow): Money | null =>
      dailyLimit === null ? null : { amount: dailyLimit, currency },
    product: ({ productId }: AccountRow) => (productId === null ? null : { id: productId }),
    branch: ({ branchId }: AccountRow, _: unknown, { load }: BankingContext): Promise<Branch | null> | null =>
      branchId === null ? null : load(branchById, branchId),
  },
  Balance: {
    posted: (account: AccountRow): Money => money(account, postedOf(account)),
    available: (account: AccountRow): Money => money(account, postedOf(account) - account.debitsPending),
    pending: (account: AccountRow): Money =>
      money(account, postedOf(account) + account.creditsPending - account.debitsPending),
  },
}

const postedOf = ({ creditsPosted, debitsPosted }: AccountRow): bigint => creditsPosted - debitsPosted

const money = ({ currency }: AccountRow, amount: bigint): Money => ({ amount, currency })
