/**
 * A statement as CSV (RFC 4180): header row, CRLF, quotes doubled, decimal amounts with a point.
 * Text that a spreadsheet would run as a formula is escaped. Own code, because CSV libraries escape
 * negative amounts as well.
 */
import { toDecimal } from '../money/amount.ts'
import type { StatementEntry, StatementFormat } from './statement.ts'

/** The columns in order. Their names are a public contract. */
export const columns = [
  'posted_at',
  'entry_id',
  'transfer_id',
  'counterparty_name',
  'counterparty_number',
  'reference',
  'merchant',
  'category',
  'amount',
  'currency',
  'balance',
  'end_to_end_id',
] as const

const quote = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

/**
 * OWASP, "CSV Injection": a cell that begins with one of these is a formula to a spreadsheet; an
 * apostrophe makes it text. Where the decimal sign is a comma, spreadsheets also begin a cell after
 * a semicolon, quoted or not.
 */
const FORMULA = /(^|[;\t\r\n])(?=["\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/g

const text = (value: string): string => quote(value.replace(FORMULA, "$1'"))

function rowOf(entry: StatementEntry, currency: string): string {
  return [
    entry.postedAt.toISOString(),
    entry.id,
    entry.transferId,
    text(entry.counterparty.name),
    text(entry.counterparty.number),
    text(entry.reference ?? ''),
    text(entry.merchant?.name ?? ''),
    text(entry.merchant?.category ?? ''),
    toDecimal({ amount: entry.amount, currency }),
    currency,
    toDecimal({ amount: entry.balanceAfter, currency }),
    text(entry.endToEndId ?? ''),
  ].join(',')
}

export const csv: StatementFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  mayBeMarked: true,
  head: () => `${columns.join(',')}\r\n`,
  entry: (entry, { account }) => `${rowOf(entry, account.currency)}\r\n`,
  foot: () => '',
}
