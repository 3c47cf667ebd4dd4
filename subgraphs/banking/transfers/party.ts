/** One end of a transfer as the caller may see it: account numbers of others are masked. */
import { accountById } from '../accounts/read.ts'
import { customerById } from '../customers/read.ts'
import { maskAccountNumber } from '../ledger/account-number.ts'
import { isOfficer } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'

export interface Party {
  readonly name: string
  readonly number: string
}

interface PartyFacts {
  readonly name: string
  readonly number: string
  /** Null: the bank's own. */
  readonly owner: string | null
  readonly merchantName: string | null
}

/** The merchant's name replaces that of the bank's account that pays it. */
export function partyOf({ name, number, owner, merchantName }: PartyFacts, { caller }: BankingContext): Party {
  const shown = caller && (isOfficer(caller) || owner === caller.id)
  return {
    name: owner === null ? (merchantName ?? name) : name,
    number: shown ? number : maskAccountNumber(number),
  }
}

/** The owner of an account as an end of future transfers. */
export async function partyOfAccount(accountId: string, context: BankingContext): Promise<Party | null> {
  const account = await context.load(accountById, accountId)
  if (!account) return null
  const { number, owner } = account
  const customer = owner === null ? null : await context.load(customerById, owner)
  return partyOf({ name: customer?.name ?? account.name, number, owner, merchantName: null }, context)
}
