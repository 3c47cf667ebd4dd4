/**
 * The bank's own accounts for exchanging: its holdings of each currency, and its income in it.
 * Opened at first use.
 */
import { type InternalAccount, internalAccount, internalAccountRequest } from '../accounts/internal.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { bankActor, type LedgerRequest } from '../ledger/request.ts'

/** Account ids. */
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
  const account = (name: keyof Treasury) => (currency: string) => internalAccount(ledger, accountOf(name, currency))
  return { liquidity: account('liquidity'), capital: account('capital'), income: account('income') }
}
