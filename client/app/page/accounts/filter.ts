/** The search form of entries as typed, and the filter that it means. */
import { addDays, isDay } from '../format/dates.ts'
import type { EntryFilter } from '../generated/graphql.ts'
import { parseAmount } from '../money/parse.ts'

/** The search as typed. */
export interface Wanted {
  readonly text: string
  readonly category: string
  readonly direction: '' | 'DEBIT' | 'CREDIT'
  readonly from: string
  readonly to: string
  readonly least: string
  readonly most: string
}

export const everything: Wanted = { text: '', category: '', direction: '', from: '', to: '', least: '', most: '' }

/** The bank requires three letters at least. */
const LEAST_TEXT = 3

/** Accents, which the search ignores. */
const ACCENTS = /\p{Script=Inherited}/gu

/** `undefined` for no filter. Leaves out incomplete input, and ranges that end too early. */
export function filterOf(wanted: Wanted, currency: string, locale: string): EntryFilter | undefined {
  const { text, category, direction, from, to } = wanted
  const least = parseAmount(wanted.least, currency, locale)
  const most = parseAmount(wanted.most, currency, locale)
  const isRange = !(least !== undefined && most !== undefined && BigInt(least) > BigInt(most))
  const isPeriod = !(from && to && from > to)
  const letters = text.trim().normalize().replace(ACCENTS, '')
  const filter: EntryFilter = {
    ...(letters.length >= LEAST_TEXT && { text: text.trim() }),
    ...(category && { category }),
    ...(direction && { direction }),
    ...(isPeriod && isDay(from) && { from: `${from}T00:00:00Z` }),
    ...(isPeriod && isDay(to) && { to: `${addDays(to, 1)}T00:00:00Z` }),
    ...(isRange && least !== undefined && { minAmount: least }),
    ...(isRange && most !== undefined && { maxAmount: most }),
  }
  return Object.keys(filter).length === 0 ? undefined : filter
}
