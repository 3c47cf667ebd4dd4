/**
 * Account numbers: an account's id is the national part of its IBAN, so either gives the other
 * without a lookup.
 */
import { composeIBAN, electronicFormatIBAN, isValidIBAN } from 'ibantools' // MIT; the registry's formats and check digits

const COUNTRY = 'IE'
const BANK = 'TRIB'

/** The IBAN of one of this bank's accounts, with true check digits. @param id 14 digits */
export function accountNumber(id: string): string {
  const number = composeIBAN({ countryCode: COUNTRY, bban: `${BANK}${id}` })
  if (number === null) throw new RangeError(`"${id}" is no account id.`)
  return number
}

/** The IBAN without blanks and in capitals; undefined if its form or its check digits are wrong. */
export function parseAccountNumber(text: string): string | undefined {
  const number = text.length <= 64 ? electronicFormatIBAN(text) : null
  return number !== null && isValidIBAN(number) ? number : undefined
}

/** The id of this bank's account with that IBAN; null for another bank's. */
export function accountIdOf(number: string): string | null {
  return number.startsWith(COUNTRY) && number.slice(4, 8) === BANK ? parseAccountId(number.slice(8)) : null
}

/** An account's id as clients send it; null for what can be none. */
export function parseAccountId(text: string): string | null {
  return /^[1-9]\d{13}$/.test(text) ? text : null
}

/** The number for other people: only the last four characters are shown. */
export function maskAccountNumber(number: string): string {
  return `${'•'.repeat(number.length - 4)}${number.slice(-4)}`
}
