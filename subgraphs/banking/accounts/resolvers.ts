/** Accounts as their owners see them. Balances follow from the four counters and from nothing else. */
import type { Branch } from '../../../prisma/generated/client.ts'
import { parseAccountId } from '../ledger/account-number.ts'
import type { Money } from '../money/amount.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import type { AccountRow } from './read.ts'

/** The account, if the caller may see it. */
export async function visibleAccount(id: string, { caller, loaders }: BankingContext): Promise<AccountRow | null> {
  const reader = requireScope(caller, 'banking:read')
  const known = parseAccountId(id)
  const account = known === undefined ? null : await loaders.account.load(known)
  return account && mayUse(reader, account.owner) ? account : null
}

export const accountResolvers = {
  Query: {
    account: (_: unknown, { id }: { id: string }, context: BankingContext) => visibleAccount(id, context),
  },
  Account: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => visibleAccount(id, context),
    balance: (account: AccountRow): AccountRow => account,
    dailyLimit: ({ dailyLimit, currency }: AccountRow): Money | null =>
      dailyLimit === null ? null : { amount: dailyLimit, currency },
    product: ({ productId }: AccountRow) => (productId === null ? null : { id: productId }),
    branch: ({ branchId }: AccountRow, _: unknown, { loaders }: BankingContext): Promise<Branch | null> | null =>
      branchId === null ? null : loaders.branch.load(branchId),
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
