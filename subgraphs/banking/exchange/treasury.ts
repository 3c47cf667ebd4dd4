/**
 * The bank's own accounts for exchanging: what it holds of each currency, and what it earns in it.
 * Opened when first needed.
 */
import { type InternalAccount, internalAccountRequest, openInternalAccount } from '../accounts/internal.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor, type LedgerRequest } from '../ledger/request.ts'

/** Each resolves to an account's id. */
export interface Treasury {
  /** The account that takes and gives a currency. It never goes below zero. */
  liquidity(currency: string): Promise<string>
  /** The account that liquidity is funded from. */
  capital(currency: string): Promise<string>
  /** The account that the spread goes to. */
  income(currency: string): Promise<string>
}

const labels: Readonly<Record<keyof Treasury, string>> = {
  liquidity: 'Liquidity',
  capital: 'Capital',
  income: 'Exchange income',
}

const actor = bankActor('treasury')

const accountOf = (name: keyof Treasury, currency: string): InternalAccount => {
  const label = labels[name]
  const account = { actor, key: `open:${label}:${currency}`, label: `${label} ${currency}`, currency }
  return name === 'liquidity' ? { ...account, floor: 0n } : account
}

/** The order to open one of the accounts. */
export const treasuryRequest = (name: keyof Treasury, currency: string): LedgerRequest =>
  internalAccountRequest(accountOf(name, currency))

export function createTreasury(ledger: Ledger): Treasury {
  const opened = new Map<string, Promise<string>>()
  const open = (name: keyof Treasury, currency: string): Promise<string> => {
    const wanted = accountOf(name, currency)
    const account = opened.get(wanted.key) ?? openInternalAccount(ledger, wanted)
    opened.set(wanted.key, account)
    // What failed is asked again the next time.
    account.catch(() => opened.delete(wanted.key))
    return account
  }
  return {
    liquidity: (currency) => open('liquidity', currency),
    capital: (currency) => open('capital', currency),
    income: (currency) => open('income', currency),
  }
}
