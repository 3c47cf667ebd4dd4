/**
 * The content of a statement: one account over a period, with its balances and sums. Data only;
 * amounts are minor units.
 */

/** An entry as the account's owner sees it. */
export interface StatementEntry {
  /** Unique within the account, and the same in every statement that shows it. */
  readonly id: string
  readonly transferId: string
  /** Signed: a debit is negative. */
  readonly amount: bigint
  readonly balanceAfter: bigint
  readonly postedAt: Date
  /** True for the reversal of an earlier transfer. */
  readonly reversal: boolean
  /** The other side: a customer's IBAN, or the masked number of one of the bank's own accounts. */
  readonly counterparty: { readonly name: string; readonly number: string }
  readonly reference: string | null
  /** The payer's name for it, of at most 35 characters. */
  readonly endToEndId: string | null
  readonly merchant: { readonly name: string; readonly category: string } | null
}

/** Number and sum of the entries of one direction; the sum is not negative. */
export interface Turnover {
  readonly count: number
  readonly sum: bigint
}

export interface StatementHeader {
  /** The same for every copy of the statement; at most 35 characters. */
  readonly id: string
  /** Sequence number, from 1; undefined for a period before the account was opened. */
  readonly sequence: number | undefined
  readonly account: {
    readonly id: string
    /** IBAN. */
    readonly number: string
    readonly name: string
    readonly kind: 'CURRENT' | 'SAVINGS'
    /** ISO 4217. */
    readonly currency: string
    readonly owner: string
  }
  /** The first instant of the period. */
  readonly from: Date
  /** The first instant after the period. */
  readonly to: Date
  readonly createdAt: Date
  /** Posted balances at `from` and at `to`. */
  readonly opening: bigint
  readonly closing: bigint
  readonly credits: Turnover
  readonly debits: Turnover
}

/** The amounts of a statement besides its entries. */
export type Sums = Pick<StatementHeader, 'opening' | 'closing' | 'credits' | 'debits'>

/** A statement whose entries are streamed, oldest first, so that their number does not matter. */
export interface Statement {
  readonly header: StatementHeader
  readonly entries: AsyncIterable<StatementEntry>
}

/** Writes the pieces of a statement in one format: in this order they are the whole file. */
export interface StatementFormat {
  readonly contentType: string
  /** Extension of the file, without a dot. */
  readonly extension: string
  /** The largest amount that the format has digits for, in minor units; any by default. */
  readonly largest?: bigint
  /** Set if a file may begin with a byte-order mark, by which some programs recognize UTF-8. */
  readonly mayBeMarked?: true
  head(header: StatementHeader): string
  entry(entry: StatementEntry, header: StatementHeader): string
  foot(header: StatementHeader): string
}

/**
 * True if the format has digits for every amount of the statement. No entry is larger than the sums
 * that include it.
 */
export function fits({ largest }: StatementFormat, { opening, closing, credits, debits }: Sums): boolean {
  const total = credits.sum + debits.sum
  return largest === undefined || [opening, -opening, closing, -closing, total].every((amount) => amount <= largest)
}

/** The bank's name in statements. */
export const BANK_NAME = 'Tributary Bank'
