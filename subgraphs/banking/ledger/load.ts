/** Reads what a batch needs, under the lock that makes its transaction the only writer. */
import type { Prisma } from '../../../prisma/generated/client.ts'
import { loadQuotes } from '../exchange/store.ts'
import { loadLoans } from '../loans/store.ts'
import { loadSchedules } from '../schedules/store.ts'
import { loadEndpoints } from '../webhooks/store.ts'
import { plainArray, readPlainArray, readTextArray, textArray } from './columns.ts'
import { type LedgerState, memoryKey, type Remembered } from './evaluate.ts'
import type { Account, AccountStatus, Head, Transfer, TransferKind, TransferStatus } from './model.ts'
import { accept, type RefusalCode, refuse } from './refusal.ts'
import type { LedgerRequest } from './request.ts'
import { needsOf } from './rules/index.ts'

type Transaction = Prisma.TransactionClient

interface HeadRow {
  readonly sequence: bigint
  readonly operation: bigint
  readonly batch: bigint
  readonly account: bigint
  readonly at: Date
  readonly hash: Uint8Array
}

/**
 * Takes the ledger's lock until the transaction ends. Whoever comes later waits here, so every batch sees all batches before it.
 * The planner is pinned for this transaction: on tables that just grew it would otherwise scan them whole, and plan anew each time.
 */
export async function lockHead(transaction: Transaction): Promise<Head> {
  const [row] = await transaction.$queryRaw<HeadRow[]>`/* ledger:head */
    SELECT last_sequence AS sequence, last_operation AS operation, last_batch AS batch, last_account AS account,
      last_at AS at, last_hash AS hash,
      set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
      set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true),
      set_config('plan_cache_mode', 'force_generic_plan', true)
    FROM ledger WHERE id = 1 FOR NO KEY UPDATE`
  if (!row) throw new Error('The ledger has no head: the database is not migrated.')
  return { ...row, at: row.at.toISOString() }
}

/** Reads the rows that `requests` name. `now` is the ledger's next instant: the database's clock, never before the last. */
export async function loadState(
  transaction: Transaction,
  head: Head,
  requests: readonly LedgerRequest[],
): Promise<{ state: LedgerState; now: string }> {
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
  const loans = await loadLoans(
    transaction,
    needs.flatMap((need) => need.loans ?? []),
  )
  const endpoints = await loadEndpoints(
    transaction,
    needs.flatMap((need) => need.webhooksOf ?? []),
  )
  const accountIds = new Set(needs.flatMap((need) => need.accounts))
  for (const { debitAccount, creditAccount } of transfers.values()) accountIds.add(debitAccount).add(creditAccount)
  const { accounts, remembered, clock } = await loadAccounts(transaction, [...accountIds], requests)
  return {
    state: { head, accounts, transfers, quotes, schedules, loans, endpoints, remembered },
    now: later(clock, head.at),
  }
}

/** Of two instants in ISO 8601 and UTC. */
const later = (one: string, other: string): string => (one > other ? one : other)

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
  | 'details',
  Column
> & { readonly clock: Date }

/** The accounts and the keys' first uses in one statement: columns, not rows. */
async function loadAccounts(
  transaction: Transaction,
  ids: readonly string[],
  requests: readonly LedgerRequest[],
): Promise<{ accounts: Map<string, Account>; remembered: Map<string, Remembered>; clock: string }> {
  const wanted = plainArray(ids)
  const actors = textArray(requests.map(({ actor }) => actor.id))
  const keys = textArray(requests.map(({ key }) => key))
  const [row] = await transaction.$queryRaw<[AccountRow]>`/* ledger:load */
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
    ) o, clock_timestamp() AS clock`
  return { accounts: readAccounts(row), remembered: readRemembered(row), clock: row.clock.toISOString() }
}

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
async function loadTransfers(transaction: Transaction, ids: readonly string[]): Promise<Map<string, Transfer>> {
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
