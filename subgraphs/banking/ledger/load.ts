/** Reads what a batch needs: every statement by itself is one instant of the ledger. */
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Query } from '../database.ts'
import { loadQuotes } from '../exchange/store.ts'
import { loadLoans, openLoansOn } from '../loans/store.ts'
import { loadSchedules } from '../schedules/store.ts'
import { loadEndpoints } from '../webhooks/store.ts'
import { plainArray, readPlainArray, readTextArray, textArray } from './columns.ts'
import { type LedgerState, memoryKey, type Remembered } from './evaluate.ts'
import type { Account, AccountStatus, Head, Transfer, TransferKind, TransferStatus } from './model.ts'
import { accept, type RefusalCode, refuse } from './refusal.ts'
import type { LedgerRequest } from './request.ts'
import { needsOf } from './rules/index.ts'

/** Takes the ledger's lock until the transaction ends. Whoever comes later waits here, so every batch sees all batches before it. */
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
  /** The database's clock. */
  readonly clock: string
}

/** Reads the head and the rows that `requests` name, where these are accounts only: all of one instant. */
export async function loadAccountsOnly(query: Query, requests: readonly LedgerRequest[]): Promise<Loaded> {
  const ids = new Set(requests.flatMap(({ command }) => needsOf(command).accounts))
  const { clock, ...rows } = await loadAccounts(query, [...ids], requests)
  const others = {
    transfers: new Map(),
    quotes: new Map(),
    schedules: new Map(),
    loans: new Map(),
    endpoints: new Map(),
  }
  return { state: { ...rows, ...others }, clock }
}

/** Reads the head and the rows that `requests` name. Only under the lock is it all of one instant. */
export async function loadState(
  transaction: Prisma.TransactionClient,
  requests: readonly LedgerRequest[],
): Promise<Loaded> {
  const needs = requests.map(({ command }) => needsOf(command))
  const transferIds = needs.flatMap((need) => need.transfers)
  const transfers = transferIds.length === 0 ? new Map() : await loadTransfers(transaction, transferIds)
  const quotes = await loadQuotes(
    transaction,
    needs.flatMap((need) => need.quotes ?? []),
  )
  const schedules = await loadSchedules(
    transaction,
    needs.flatMap((need) => need.schedules ?? []),
  )
  const loansOn = await openLoansOn(
    transaction,
    needs.flatMap((need) => need.loansOn ?? []),
  )
  const loans = await loadLoans(transaction, [...needs.flatMap((need) => need.loans ?? []), ...loansOn])
  const endpoints = await loadEndpoints(
    transaction,
    needs.flatMap((need) => need.webhooksOf ?? []),
  )
  const accountIds = new Set(needs.flatMap((need) => need.accounts))
  for (const { debitAccount, creditAccount } of transfers.values()) accountIds.add(debitAccount).add(creditAccount)
  const { clock, ...rows } = await loadAccounts(queryOf(transaction), [...accountIds], requests)
  return { state: { ...rows, transfers, quotes, schedules, loans, endpoints }, clock }
}

type Column = string | null
type AccountRow = Record<
  | 'id'
  | 'owner'
  | 'currency'
  | 'status'
  | 'floor'
  | 'daily_limit'
  | 'spent'
  | 'spent_on'
  | 'debits_pending'
  | 'debits_posted'
  | 'credits_pending'
  | 'credits_posted'
  | 'actor'
  | 'key'
  | 'input_hash'
  | 'refusal'
  | 'message'
  | 'subject'
  | 'details'
  | 'last_hash',
  Column
> &
  Record<'clock' | 'last_at', Date> &
  Record<'last_sequence' | 'last_operation' | 'last_batch' | 'last_account', string>

/** The head, the accounts and the keys' first uses in one statement: columns, not rows. */
async function loadAccounts(
  query: Query,
  ids: readonly string[],
  requests: readonly LedgerRequest[],
): Promise<{ head: Head; accounts: Map<string, Account>; remembered: Map<string, Remembered>; clock: string }> {
  const wanted = plainArray(ids)
  const actors = textArray(requests.map(({ actor }) => actor.id))
  const keys = textArray(requests.map(({ key }) => key))
  const [row] = await query<AccountRow>(Prisma.sql`/* ledger:load */
    SELECT * FROM (
      SELECT array_agg(id)::text AS id, array_to_json(array_agg(customer_id))::text AS owner,
        array_agg(currency)::text AS currency, array_agg(status)::text AS status, array_agg(floor)::text AS floor,
        array_agg(daily_limit)::text AS daily_limit, array_agg(spent)::text AS spent, array_agg(spent_on)::text AS spent_on,
        array_agg(debits_pending)::text AS debits_pending, array_agg(debits_posted)::text AS debits_posted,
        array_agg(credits_pending)::text AS credits_pending, array_agg(credits_posted)::text AS credits_posted
      FROM accounts WHERE id = ANY(${wanted}::bigint[])
    ) a, (
      SELECT array_to_json(array_agg(o.actor))::text AS actor, array_to_json(array_agg(o.key))::text AS key,
        array_agg(encode(o.input_hash, 'hex'))::text AS input_hash, array_agg(o.refusal)::text AS refusal,
        array_to_json(array_agg(o.message))::text AS message, array_to_json(array_agg(o.subject))::text AS subject,
        array_to_json(array_agg(o.details::text))::text AS details
      FROM unnest(${actors}::text[], ${keys}::text[]) AS used (actor, key)
      JOIN operations o ON o.actor = used.actor AND o.key = used.key
    ) o, (
      SELECT last_sequence::text, last_operation::text, last_batch::text, last_account::text, last_at,
        encode(last_hash, 'hex') AS last_hash
      FROM ledger WHERE id = 1
    ) h, clock_timestamp() AS clock`)
  if (!row) throw new Error('The ledger has no head: the database is not migrated.')
  return {
    head: readHead(row),
    accounts: readAccounts(row),
    remembered: readRemembered(row),
    clock: row.clock.toISOString(),
  }
}

const readHead = (row: AccountRow): Head => ({
  sequence: BigInt(row.last_sequence),
  operation: BigInt(row.last_operation),
  batch: BigInt(row.last_batch),
  account: BigInt(row.last_account),
  at: row.last_at.toISOString(),
  hash: row.last_hash as string,
})

function readAccounts(row: AccountRow): Map<string, Account> {
  const owner = readTextArray(row.owner)
  const currency = readPlainArray(row.currency)
  const status = readPlainArray(row.status) as AccountStatus[]
  const spentOn = readPlainArray(row.spent_on)
  const floor = readBigints(row.floor)
  const dailyLimit = readBigints(row.daily_limit)
  const spent = readBigints(row.spent)
  const debitsPending = readBigints(row.debits_pending)
  const debitsPosted = readBigints(row.debits_posted)
  const creditsPending = readBigints(row.credits_pending)
  const creditsPosted = readBigints(row.credits_posted)
  const accounts = readPlainArray(row.id).map(
    (id, at): Account => ({
      id: id as string,
      owner: owner[at] ?? null,
      currency: currency[at] as string,
      status: status[at] as AccountStatus,
      floor: floor[at] ?? null,
      dailyLimit: dailyLimit[at] ?? null,
      spent: spent[at] as bigint,
      spentOn: spentOn[at] ?? null,
      debitsPending: debitsPending[at] as bigint,
      debitsPosted: debitsPosted[at] as bigint,
      creditsPending: creditsPending[at] as bigint,
      creditsPosted: creditsPosted[at] as bigint,
    }),
  )
  return new Map(accounts.map((account) => [account.id, account]))
}

const readBigints = (literal: Column): (bigint | null)[] =>
  readPlainArray(literal).map((value) => (value === null ? null : BigInt(value)))

function readRemembered(row: AccountRow): Map<string, Remembered> {
  const actor = readTextArray(row.actor)
  const key = readTextArray(row.key)
  const refusal = readPlainArray(row.refusal)
  const message = readTextArray(row.message)
  const subject = readTextArray(row.subject)
  const details = readTextArray(row.details)
  return new Map(
    readPlainArray(row.input_hash).map((inputHash, at) => {
      const code = (refusal[at] ?? null) as RefusalCode | null
      const text = details[at] ?? null
      const outcome =
        code === null
          ? accept(subject[at] as string, text === null ? null : JSON.parse(text))
          : refuse(code, message[at] as string)
      return [memoryKey(actor[at] as string, key[at] as string), { inputHash: inputHash as string, outcome }]
    }),
  )
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
  const wanted = plainArray(ids)
  const rows = await transaction.$queryRaw<TransferRow[]>`/* ledger:transfers */
    SELECT * FROM transfers WHERE id = ANY(${wanted}::bigint[])
    UNION ALL SELECT * FROM transfers WHERE reversal_of = ANY(${wanted}::bigint[])`
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
