/** Formats decimals other than money, such as rates and percentages, to the last digit. */

export const decimalMarkOf = (locale: string): string =>
  new Intl.NumberFormat(locale).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.'

/** `4.95` is `4,95` in Portuguese. */
export const formatDecimal = (text: string, locale: string): string => text.replace('.', decimalMarkOf(locale))
