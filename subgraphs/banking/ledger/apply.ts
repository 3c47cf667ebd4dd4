/**
 * Writes an evaluated batch: one statement for what every batch has, one more for each rarer kind
 * of row. Decides nothing.
 */
import { Prisma } from '../../../prisma/generated/client.ts'
import { plainArray, textArray } from '../database/columns.ts'
import type { Query } from '../database/open.ts'
import { quoted, recordArray } from '../database/records.ts'
import { accountNumber } from './account-number.ts'
import { CHAIN_VERSION } from './audit-chain.ts'
import type { Effects } from './book.ts'
import { saveRows } from './collection.ts'
import type { Evaluation } from './evaluate.ts'
import { queryOf } from './load.ts'
import type { Account, AccountChange, AccountOpening, BatchRecord, LedgerEvent, Operation, Transfer } from './model.ts'
import type { LedgerParts } from './part.ts'
import { INPUT_VERSION } from './request.ts'

type Transaction = Prisma.TransactionClient

/** Another instance has taken the lease: nothing was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/**
 * Must run in the transaction that holds the ledger's lock.
 * @param base the hash of the head that was evaluated on
 * @param token of the lease; null without one
 * @throws LeaseLost if the lease has another token
 */
export async function applyEvaluation(
  transaction: Transaction,
  { collections }: LedgerParts,
  base: string,
  evaluation: Evaluation,
  token: string | null = null,
): Promise<void> {
  const { effects, batches } = evaluation
  if (batches.length === 0) return
  if (effects.opened.length > 0) await insertAccounts(transaction, effects.opened)
  if (effects.resolved.size > 0) await resolveTransfers(transaction, [...effects.resolved.values()])
  if (!(await writeBatches(queryOf(transaction), batchStatement(base, evaluation, token))))
    throw token === null ? new Error('The head moved under its lock.') : new LeaseLost()
  // After the counters: an account may have been emptied and closed in the same batch.
  if (effects.altered.size > 0) await alterAccounts(transaction, [...effects.altered.values()])
  await saveRows(transaction, collections, effects.rows)
  if (effects.endToEndIds.size > 0) await saveEndToEndIds(transaction, effects.endToEndIds)
}

/** True if `batchStatement` alone writes everything. */
export const fitsOneStatement = ({ transfers, events, touched, ...others }: Effects): boolean =>
  Object.values(others).every((rows) => (Array.isArray(rows) ? rows.length : rows.size) === 0)

/**
 * False if the head has moved since the evaluation, or the lease was lost: then nothing was
 * written.
 */
export async function writeBatches(query: Query, statement: Prisma.Sql): Promise<boolean> {
  return (await query(statement)).length === 1
}

/**
 * Builds the statement that writes what every batch has if the head's hash is still `base` and the
 * lease's token still `token`, and nothing otherwise. Its update of the head locks the ledger:
 * later writers wait there.
 * @param token null for an instance that has no lease
 */
export function batchStatement(base: string, evaluation: Evaluation, token: string | null): Prisma.Sql {
  const { effects, batches, head } = evaluation
  const transfers = recordArray(effects.transfers.values(), transferFields)
  const events = recordArray(effects.events, eventFields)
  // Every writer updates accounts in the order of their ids, so two writers cannot deadlock.
  const touched = [...effects.touched.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
  const counters = recordArray(touched, counterFields)
  const operations = recordArray(
    batches.flatMap((batch) => batch.operations),
    operationFields,
  )
  const links = recordArray(batches, batchFields)
  return Prisma.sql`/* ledger:write */
    WITH headed AS (
      UPDATE ledger SET last_sequence = ${head.sequence}, last_operation = ${head.operation}, last_batch = ${head.batch},
        last_account = ${head.account}, last_at = ${head.at}::timestamptz, last_hash = decode(${head.hash}, 'hex')
      WHERE id = 1 AND last_hash = decode(${base}, 'hex')
        AND (${token}::bigint IS NULL OR ${token}::bigint = (SELECT token FROM ledger_writer WHERE id = 1))
      RETURNING id
    ), moved AS (
      INSERT INTO transfers (id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency,
        reference, merchant_id, reversal_of, group_id, expires_at, created_at, resolved_at)
      SELECT id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency,
        reference, merchant_id, reversal_of, group_id, expires_at, created_at, resolved_at
      FROM unnest(${transfers}::new_transfer[])
      WHERE EXISTS (SELECT FROM headed)
    ), happened AS MATERIALIZED (
      SELECT sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at,
        debit_balance, credit_balance, reference, merchant_id
      FROM unnest(${events}::new_event[])
      WHERE EXISTS (SELECT FROM headed)
    ), told AS (
      INSERT INTO outbox (sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at)
      SELECT sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at FROM happened
    ), entered AS (
      INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at, merchant_id, category, search)
      SELECT side.account, sequence, transfer_id, side.amount, side.balance, at, merchant_id, m.category,
        CASE WHEN COALESCE(reference, merchant_id) IS NOT NULL THEN lower(unaccent(concat_ws(' ', reference, m.name))) END
      FROM happened
      LEFT JOIN merchants m ON m.id = merchant_id
      CROSS JOIN LATERAL (
        VALUES (debit_account_id, -happened.amount, debit_balance), (credit_account_id, happened.amount, credit_balance)
      ) AS side (account, amount, balance)
      WHERE debit_balance IS NOT NULL
    ), counted AS (
      UPDATE accounts SET spent = c.spent, spent_on = c.spent_on, debits_pending = c.debits_pending,
        debits_posted = c.debits_posted, credits_pending = c.credits_pending, credits_posted = c.credits_posted
      FROM unnest(${counters}::new_counters[]) AS c
      WHERE accounts.id = c.id AND EXISTS (SELECT FROM headed)
    ), recorded AS (
      INSERT INTO operations (number, actor, key, name, input_hash, refusal, message, subject, details, request_id, at,
        input_version)
      SELECT number, actor, key, name, decode(input_hash, 'hex'), refusal, message, subject, details, request_id, at,
        ${INPUT_VERSION}::smallint
      FROM unnest(${operations}::new_operation[])
      WHERE EXISTS (SELECT FROM headed)
    ), linked AS (
      INSERT INTO batches (number, first_sequence, first_operation, last_operation, at, hash, version)
      SELECT number, first_sequence, first_operation, last_operation, at, decode(hash, 'hex'), ${CHAIN_VERSION}::smallint
      FROM unnest(${links}::new_batch[])
      WHERE EXISTS (SELECT FROM headed)
    )
    SELECT id FROM headed`
}

// The fields of each are those of the database's type of that name, in its order.

/** `new_transfer` */
const transferFields = (transfer: Transfer) => [
  transfer.id,
  transfer.kind,
  transfer.status,
  transfer.debitAccount,
  transfer.creditAccount,
  transfer.amount,
  transfer.postedAmount,
  transfer.currency,
  quoted(transfer.reference),
  quoted(transfer.merchantId),
  transfer.reversalOf,
  transfer.groupId,
  transfer.expiresAt,
  transfer.createdAt,
  transfer.resolvedAt,
]

/** `new_event`, with the reference as entries are searched by it: accents composed. */
const eventFields = (event: LedgerEvent) => [
  event.sequence,
  event.kind,
  event.transferId,
  event.debitAccount,
  event.creditAccount,
  event.amount,
  event.at,
  event.balances?.debit ?? null,
  event.balances?.credit ?? null,
  quoted(event.reference?.normalize() ?? null),
  quoted(event.merchantId),
]

/** `new_counters` */
const counterFields = (account: Account) => [
  account.id,
  account.spent,
  account.spentOn,
  account.debitsPending,
  account.debitsPosted,
  account.creditsPending,
  account.creditsPosted,
]

/** `new_operation` */
function operationFields({ number, actor, key, name, inputHash, outcome, requestId, at }: Operation) {
  const told = outcome.accepted
    ? [null, null, quoted(outcome.subject), outcome.details === null ? null : quoted(JSON.stringify(outcome.details))]
    : [outcome.code, quoted(outcome.message), null, null]
  return [number, quoted(actor), quoted(key), name, inputHash, ...told, quoted(requestId), at]
}

/** `new_batch` */
const batchFields = (batch: BatchRecord) => [
  batch.number,
  batch.firstSequence,
  batch.firstOperation,
  batch.lastOperation,
  batch.at,
  batch.hash,
]

async function insertAccounts(transaction: Transaction, opened: readonly AccountOpening[]): Promise<void> {
  await transaction.account.createMany({
    data: opened.map(({ id, owner, kind, currency, name, floor, productId, branchId, at }) => ({
      id: BigInt(id),
      number: accountNumber(id),
      customerId: owner,
      kind,
      currency,
      name,
      floor,
      productId,
      branchId,
      openedAt: at,
    })),
  })
}

async function alterAccounts(transaction: Transaction, changes: readonly AccountChange[]): Promise<void> {
  const ids = plainArray(changes.map(({ account }) => account.id))
  const statuses = plainArray(changes.map(({ account }) => account.status))
  const limits = plainArray(changes.map(({ account }) => account.dailyLimit))
  const names = textArray(changes.map(({ name }) => name))
  const instants = plainArray(changes.map(({ at }) => at))
  await transaction.$executeRaw`/* ledger:alter */
    UPDATE accounts SET status = c.status, daily_limit = c.daily_limit, name = COALESCE(c.name, accounts.name),
      closed_at = CASE WHEN c.status = 'CLOSED' THEN COALESCE(closed_at, c.at) END
    FROM unnest(${ids}::bigint[], ${statuses}::account_status[], ${limits}::bigint[], ${names}::text[],
      ${instants}::timestamptz[]) AS c (id, status, daily_limit, name, at)
    WHERE accounts.id = c.id`
}

async function resolveTransfers(transaction: Transaction, transfers: readonly Transfer[]): Promise<void> {
  const ids = plainArray(transfers.map(({ id }) => id))
  const statuses = plainArray(transfers.map(({ status }) => status))
  const amounts = plainArray(transfers.map(({ postedAmount }) => postedAmount))
  const instants = plainArray(transfers.map(({ resolvedAt }) => resolvedAt))
  await transaction.$executeRaw`/* ledger:resolve */
    UPDATE transfers SET status = r.status, posted_amount = r.posted, resolved_at = r.at
    FROM unnest(${ids}::bigint[], ${statuses}::transfer_status[], ${amounts}::bigint[], ${instants}::timestamptz[])
      AS r (id, status, posted, at)
    WHERE transfers.id = r.id`
}

async function saveEndToEndIds(transaction: Transaction, ids: Effects['endToEndIds']): Promise<void> {
  await transaction.endToEndId.createMany({
    data: [...ids].map(([transferId, value]) => ({ transferId: BigInt(transferId), value })),
  })
}
