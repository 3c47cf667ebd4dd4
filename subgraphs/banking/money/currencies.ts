/**
 * Currencies as ISO 4217 lists them. Never asks `Intl` for digits: ICU's table differs from ISO's
 * for several currencies.
 */
import currencyCodes from 'currency-codes' // MIT; the ISO table itself, as data

/**
 * Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD. Undefined for what is no ISO
 * currency.
 */
export function exponentOf(currency: string): number | undefined {
  return /^[A-Z]{3}$/.test(currency) ? currencyCodes.code(currency)?.digits : undefined
}

/** The currency that exchange rates refer to. */
export const HOME_CURRENCY = 'EUR'

/** The currencies of the bank's accounts. */
export const BANK_CURRENCIES: readonly string[] = ['EUR', 'USD', 'GBP', 'JPY', 'KWD']
