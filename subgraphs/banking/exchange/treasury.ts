/** The bank's own accounts for exchanging: what it holds of each currency, and what it earns in it. Opened when first needed. */
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor, ledgerRequest } from '../ledger/request.ts'

export interface Treasury {
  /** The id of the account that takes and gives a currency. */
  liquidity(currency: string): Promise<string>
  /** The id of the account that the spread goes to. */
  income(currency: string): Promise<string>
}

const actor = bankActor('treasury')

/** Which accounts they are the ledger remembers under their keys: asking again opens nothing, on whichever instance. */
export function createTreasury(ledger: Ledger): Treasury {
  const opened = new Map<string, Promise<string>>()
  const accountOf = (label: string, currency: string): Promise<string> => {
    const key = `open:${label}:${currency}`
    const account = opened.get(key) ?? open(ledger, key, `${label} ${currency}`, currency)
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

async function open(ledger: Ledger, key: string, label: string, currency: string): Promise<string> {
  const { outcome } = await ledger.submit(
    ledgerRequest({
      actor,
      key,
      requestId: null,
      command: {
        name: 'openAccount',
        owner: null,
        kind: 'INTERNAL',
        currency,
        label,
        floor: null,
        productId: null,
        branchId: null,
      },
    }),
  )
  if (outcome.accepted) return outcome.subject
  throw new Error(`The bank's account "${label}" was refused: ${outcome.code}`)
}
