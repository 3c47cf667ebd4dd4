/** Amounts of money: digits in the smallest unit of a currency, shown and read exactly. */

export interface Amount {
  readonly amount: string
  readonly currency: string
}

const formats = new Map<string, Intl.NumberFormat>()

function formatOf(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`
  const format =
    formats.get(key) ?? new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  formats.set(key, format)
  return format
}

/** Decimals of a currency, for example 2 for euros and 0 for yen. */
export const digitsOf = (currency: string): number =>
  formatOf('en', currency).resolvedOptions().maximumFractionDigits ?? 2

/** `1250` of euros is `12.50`. */
export function decimalOf({ amount, currency }: Amount): Intl.StringNumericLiteral {
  const digits = digitsOf(currency)
  const sign = amount.startsWith('-') ? '-' : ''
  const padded = amount.replace('-', '').padStart(digits + 1, '0')
  const whole = padded.slice(0, padded.length - digits)
  return `${sign}${whole}${digits > 0 ? `.${padded.slice(-digits)}` : ''}` as Intl.StringNumericLiteral
}

export const formatMoney = (money: Amount, locale: string): string =>
  formatOf(locale, money.currency).format(decimalOf(money))

/** The amount as a user would type it. */
export const typedMoney = (money: Amount, locale: string): string =>
  new Intl.NumberFormat(locale, { minimumFractionDigits: digitsOf(money.currency), useGrouping: false }).format(
    decimalOf(money),
  )

/** The amount with a plus sign for credits. */
export function formatSigned(money: Amount, isCredit: boolean, locale: string): string {
  const text = formatMoney(money, locale)
  return isCredit ? `+${text}` : `−${text}`
}

/** The amount as a number, exact enough for charts. */
export const numberOf = (money: Amount): number => Number(decimalOf(money))
