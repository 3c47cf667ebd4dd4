/** Reads what a batch needs. Each statement reads the ledger at one instant. */
import { Prisma } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'
import type { Query } from '../database/open.ts'
import { readPlainRecords } from '../database/records.ts'
import type { ClockReading } from './clock.ts'
import { loadRows } from './collection.ts'
import { keyDigest, loadFirstUses, RETENTION } from './first-uses.ts'
import type { Account, AccountStatus, Head, LedgerState, Transfer, TransferKind, TransferStatus } from './model.ts'
import type { BatchNeeds } from './part.ts'
import type { LedgerRequest } from './request.ts'

/**
 * Locks the ledger until the transaction ends. Later batches wait here, so each sees all earlier
 * ones.
 */
export async function lockLedger(transaction: Prisma.TransactionClient): Promise<void> {
  await transaction.$queryRaw`/* ledger:lock */ SELECT FROM ledger WHERE id = 1 FOR NO KEY UPDATE`
}

/** Statements in a transaction of Prisma's. */
export const queryOf =
  (transaction: Prisma.TransactionClient): Query =>
  (statement) =>
    transaction.$queryRaw(statement)

export interface Loaded {
  readonly state: LedgerState
  readonly reading: ClockReading
}

/**
 * True if one statement, and so one instant, reads everything but the outcomes of used keys, which
 * never change.
 */
export const isOneRead = ({ transfers, rows }: BatchNeeds): boolean => transfers.length === 0 && rows.size === 0

/** Reads the head and the accounts that `requests` need, if they need nothing else. */
export async function loadAccountsOnly(
  query: Query,
  requests: readonly LedgerRequest[],
  { accounts }: BatchNeeds,
  retention: number = RETENTION,
): Promise<Loaded> {
  const { reading, ...rows } = await loadAccounts(query, [...accounts], requests, retention)
  return { state: { ...rows, transfers: new Map(), rows: new Map() }, reading }
}

/** Reads the head and the rows that `requests` need: at one instant only under the lock. */
export async function loadState(
  transaction: Prisma.TransactionClient,
  requests: readonly LedgerRequest[],
  needs: BatchNeeds,
  retention: number = RETENTION,
): Promise<Loaded> {
  const transfers = await loadTransfers(transaction, needs.transfers)
  const rows = await loadRows(transaction, needs.rows)
  const ends = [...transfers.values()].flatMap(({ debitAccount, creditAccount }) => [debitAccount, creditAccount])
  const ids = new Set([...needs.accounts, ...ends])
  const { reading, ...loaded } = await loadAccounts(queryOf(transaction), [...ids], requests, retention)
  return { state: { ...loaded, transfers, rows }, reading }
}

interface LoadedRow {
  /** Null: none of them exists. */
  readonly accounts: string | null
  /** JSON of each account's owner. */
  readonly owners: string | null
  /** JSON of each owner's name. */
  readonly holders: string | null
  /** Digests of keys that were used, with the number of that operation, as JSON; null: none. */
  readonly used: string | null
  readonly last_sequence: string
  readonly last_operation: string
  readonly last_batch: string
  readonly last_account: string
  readonly last_at: Date
  readonly last_hash: string
  readonly clock: Date
}

/**
 * The head, the accounts and which keys were used, in one statement and one row. Few columns,
 * because each costs time on both sides. If keys were used, a second statement reads their
 * outcomes.
 */
async function loadAccounts(
  query: Query,
  ids: readonly string[],
  requests: readonly LedgerRequest[],
  retention: number,
): Promise<Pick<LedgerState, 'head' | 'accounts' | 'remembered'> & { reading: ClockReading }> {
  const wanted = plainArray(ids)
  const digests = plainArray(requests.map(({ actor, key }) => keyDigest(actor.id, key)))
  const asked = Date.now()
  const [row] = await query<LoadedRow>(Prisma.sql`/* ledger:load */
    SELECT * FROM (
      SELECT array_to_json(array_agg(customer_id))::text AS owners, array_to_json(array_agg(c.name))::text AS holders,
        array_agg((a.id, currency, status, floor, daily_limit, spent, spent_on,
          debits_pending, debits_posted, credits_pending, credits_posted))::text AS accounts
      FROM accounts a LEFT JOIN customers c ON c.id = customer_id WHERE a.id = ANY(${wanted}::bigint[])
    ) a, (
      SELECT json_agg(json_build_array(digest, number::text))::text AS used FROM used_keys(${digests}::uuid[])
    ) k, (
      SELECT last_sequence::text, last_operation::text, last_batch::text, last_account::text, last_at,
        encode(last_hash, 'hex') AS last_hash
      FROM ledger WHERE id = 1
    ) h, clock_timestamp() AS clock`)
  if (!row) throw new Error('The ledger has no head: the database is not migrated.')
  return {
    head: readHead(row),
    accounts: readAccounts(row),
    remembered: await loadFirstUses(query, row.used, row.clock.getTime() - retention),
    reading: { database: row.clock.getTime(), asked, answered: Date.now(), monotonic: performance.now() },
  }
}

const readHead = (row: LoadedRow): Head => ({
  sequence: BigInt(row.last_sequence),
  operation: BigInt(row.last_operation),
  batch: BigInt(row.last_batch),
  account: BigInt(row.last_account),
  at: row.last_at.toISOString(),
  hash: row.last_hash,
})

/** The loaded columns of an account that need no quoting; empty means null. */
type AccountFields = readonly [
  id: string,
  currency: string,
  status: AccountStatus,
  floor: string,
  dailyLimit: string,
  spent: string,
  spentOn: string,
  debitsPending: string,
  debitsPosted: string,
  creditsPending: string,
  creditsPosted: string,
]

function readAccounts({ accounts, owners, holders }: LoadedRow): Map<string, Account> {
  const ownerOf = readTexts(owners)
  const holderOf = readTexts(holders)
  return new Map(
    readPlainRecords<AccountFields>(accounts).map((fields, at) => [
      fields[0],
      readAccount(fields, ownerOf[at] ?? null, holderOf[at] ?? null),
    ]),
  )
}

/** A column of texts as JSON; null: no rows. */
const readTexts = (column: string | null): readonly (string | null)[] => (column === null ? [] : JSON.parse(column))

function readAccount(fields: AccountFields, owner: string | null, holder: string | null): Account {
  const [id, currency, status, floor, dailyLimit, spent, spentOn, ...counters] = fields
  const [debitsPending, debitsPosted, creditsPending, creditsPosted] = counters
  return {
    id,
    owner,
    holder,
    currency,
    status,
    floor: floor === '' ? null : BigInt(floor),
    dailyLimit: dailyLimit === '' ? null : BigInt(dailyLimit),
    spent: BigInt(spent),
    spentOn: spentOn === '' ? null : spentOn,
    debitsPending: BigInt(debitsPending),
    debitsPosted: BigInt(debitsPosted),
    creditsPending: BigInt(creditsPending),
    creditsPosted: BigInt(creditsPosted),
  }
}

interface TransferRow {
  readonly id: bigint
  readonly kind: TransferKind
  readonly status: TransferStatus
  readonly debit_account_id: bigint
  readonly credit_account_id: bigint
  readonly amount: bigint
  readonly posted_amount: bigint | null
  readonly currency: string
  readonly reference: string | null
  readonly merchant_id: string | null
  readonly reversal_of: bigint | null
  readonly group_id: bigint | null
  readonly expires_at: Date | null
  readonly created_at: Date
  readonly resolved_at: Date | null
}

/** The transfers named, and the reversals of them. */
async function loadTransfers(
  transaction: Prisma.TransactionClient,
  ids: readonly string[],
): Promise<Map<string, Transfer>> {
  if (ids.length === 0) return new Map()
  const wanted = plainArray(ids)
  const rows = await transaction.$queryRaw<TransferRow[]>`/* ledger:transfers */
    SELECT * FROM history.transfers WHERE id = ANY(${wanted}::bigint[])
    UNION ALL SELECT * FROM history.transfers WHERE reversal_of = ANY(${wanted}::bigint[])`
  return new Map(
    rows.map((row) => [
      row.id.toString(),
      {
        id: row.id.toString(),
        kind: row.kind,
        status: row.status,
        debitAccount: row.debit_account_id.toString(),
        creditAccount: row.credit_account_id.toString(),
        amount: row.amount,
        postedAmount: row.posted_amount,
        currency: row.currency,
        reference: row.reference,
        merchantId: row.merchant_id,
        reversalOf: row.reversal_of?.toString() ?? null,
        groupId: row.group_id?.toString() ?? null,
        expiresAt: row.expires_at?.toISOString() ?? null,
        createdAt: row.created_at.toISOString(),
        resolvedAt: row.resolved_at?.toISOString() ?? null,
      },
    ]),
  )
}
