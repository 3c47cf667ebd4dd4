/** The bank's own accounts for exchanging: what it holds of each currency, and what it earns in it. Opened when first needed. */
import { openInternalAccount } from '../accounts/internal.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor } from '../ledger/request.ts'

export interface Treasury {
  /** The id of the account that takes and gives a currency. */
  liquidity(currency: string): Promise<string>
  /** The id of the account that the spread goes to. */
  income(currency: string): Promise<string>
}

const actor = bankActor('treasury')

export function createTreasury(ledger: Ledger): Treasury {
  const opened = new Map<string, Promise<string>>()
  const accountOf = (label: string, currency: string): Promise<string> => {
    const key = `open:${label}:${currency}`
    const account =
      opened.get(key) ?? openInternalAccount(ledger, { actor, key, label: `${label} ${currency}`, currency })
    opened.set(key, account)
    // What failed is asked again the next time.
    account.catch(() => opened.delete(key))
    return account
  }
  return {
    liquidity: (currency) => accountOf('Liquidity', currency),
    income: (currency) => accountOf('Exchange income', currency),
  }
}
