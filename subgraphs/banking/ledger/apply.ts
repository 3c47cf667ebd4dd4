/** Writes what a batch came to: one statement for everything that every batch has, one more for each rarer thing. Decides nothing. */
import { Prisma } from '../../../prisma/generated/client.ts'
import { accountNumber } from '../accounts/number.ts'
import type { Query } from '../database.ts'
import { saveRates, saveUsedQuotes } from '../exchange/store.ts'
import { saveLoans } from '../loans/store.ts'
import { saveSchedules } from '../schedules/store.ts'
import { saveEndpoints } from '../webhooks/store.ts'
import type { Effects } from './book.ts'
import { plainArray, textArray } from './columns.ts'
import type { BatchRecord, Evaluation } from './evaluate.ts'
import { queryOf } from './load.ts'
import type { Account, AccountChange, AccountOpening, LedgerEvent, Transfer } from './model.ts'

type Transaction = Prisma.TransactionClient

/**
 * Must run in the transaction that holds the ledger's lock.
 * @param base the hash of the head that was evaluated on
 */
export async function applyEvaluation(transaction: Transaction, base: string, evaluation: Evaluation): Promise<void> {
  const { effects, batches } = evaluation
  if (batches.length === 0) return
  if (effects.opened.length > 0) await insertAccounts(transaction, effects.opened)
  if (effects.resolved.size > 0) await resolveTransfers(transaction, [...effects.resolved.values()])
  if (!(await writeBatches(queryOf(transaction), batchStatement(base, evaluation))))
    throw new Error('The head moved under its lock.')
  // After the counters: an account may have been emptied and closed in the same batch.
  if (effects.altered.size > 0) await alterAccounts(transaction, [...effects.altered.values()])
  if (effects.schedules.size > 0)
    await saveSchedules(transaction, [...effects.schedules.values()], effects.scheduleRuns)
  if (effects.quotes.size > 0) await saveUsedQuotes(transaction, [...effects.quotes.values()])
  if (effects.loans.size > 0) await saveLoans(transaction, [...effects.loans.values()])
  if (effects.rates.size > 0) await saveRates(transaction, [...effects.rates.values()])
  if (effects.endpoints.length > 0) await saveEndpoints(transaction, effects.endpoints)
}

/** True where `batchStatement` writes all of it. */
export const isOneStatement = ({ transfers, events, touched, ...others }: Effects): boolean =>
  Object.values(others).every((rows) => (Array.isArray(rows) ? rows.length : rows.size) === 0)

/** Runs it: true where it was written, false where the head was no longer the one it was evaluated on, and so nothing was. */
export async function writeBatches(query: Query, statement: Prisma.Sql): Promise<boolean> {
  return (await query(statement)).length === 1
}

/** All of it or, unless the head's hash is still `base`, nothing. Its update of the head is the ledger's lock: whoever comes later waits there. */
export function batchStatement(base: string, evaluation: Evaluation): Prisma.Sql {
  const { effects, batches, head } = evaluation
  const transfers = transferColumns([...effects.transfers.values()])
  const events = eventColumns(effects.events)
  const accounts = accountColumns(effects)
  const operations = operationColumns(batches)
  const links = batchColumns(batches)
  return Prisma.sql`/* ledger:write */
    WITH headed AS (
      UPDATE ledger SET last_sequence = ${head.sequence}, last_operation = ${head.operation}, last_batch = ${head.batch},
        last_account = ${head.account}, last_at = ${head.at}::timestamptz, last_hash = decode(${head.hash}, 'hex')
      WHERE id = 1 AND last_hash = decode(${base}, 'hex')
      RETURNING id
    ), moved AS (
      INSERT INTO transfers (id, kind, status, debit_account_id, credit_account_id, amount, posted_amount, currency,
        reference, merchant_id, reversal_of, group_id, expires_at, created_at, resolved_at)
      SELECT * FROM unnest(${transfers.id}::bigint[], ${transfers.kind}::transfer_kind[],
        ${transfers.status}::transfer_status[], ${transfers.debit}::bigint[], ${transfers.credit}::bigint[],
        ${transfers.amount}::bigint[], ${transfers.posted}::bigint[], ${transfers.currency}::text[],
        ${transfers.reference}::text[], ${transfers.merchant}::text[], ${transfers.reversalOf}::bigint[],
        ${transfers.group}::bigint[], ${transfers.expiresAt}::timestamptz[], ${transfers.createdAt}::timestamptz[],
        ${transfers.resolvedAt}::timestamptz[])
      WHERE EXISTS (SELECT FROM headed)
    ), happened AS MATERIALIZED (
      SELECT * FROM unnest(${events.sequence}::bigint[], ${events.kind}::event_kind[], ${events.transfer}::bigint[],
        ${events.debit}::bigint[], ${events.credit}::bigint[], ${events.amount}::bigint[], ${events.at}::timestamptz[],
        ${events.debitBalance}::bigint[], ${events.creditBalance}::bigint[], ${events.reference}::text[],
        ${events.merchant}::text[])
        AS e (sequence, kind, transfer, debit, credit, amount, at, debit_balance, credit_balance, reference, merchant)
      WHERE EXISTS (SELECT FROM headed)
    ), told AS (
      INSERT INTO outbox (sequence, kind, transfer_id, debit_account_id, credit_account_id, amount, at)
      SELECT sequence, kind, transfer, debit, credit, amount, at FROM happened
    ), entered AS (
      INSERT INTO entries (account_id, sequence, transfer_id, amount, balance_after, posted_at, merchant_id, category, search)
      SELECT side.account, sequence, transfer, side.amount, side.balance, at, merchant, m.category,
        CASE WHEN COALESCE(reference, merchant) IS NOT NULL THEN lower(unaccent(concat_ws(' ', reference, m.name))) END
      FROM happened
      LEFT JOIN merchants m ON m.id = merchant
      CROSS JOIN LATERAL (VALUES (debit, -amount, debit_balance), (credit, amount, credit_balance))
        AS side (account, amount, balance)
      WHERE debit_balance IS NOT NULL
    ), counted AS (
      UPDATE accounts SET spent = c.spent, spent_on = c.spent_on, debits_pending = c.debits_pending,
        debits_posted = c.debits_posted, credits_pending = c.credits_pending, credits_posted = c.credits_posted
      FROM unnest(${accounts.id}::bigint[], ${accounts.spent}::bigint[], ${accounts.spentOn}::date[],
        ${accounts.debitsPending}::bigint[], ${accounts.debitsPosted}::bigint[],
        ${accounts.creditsPending}::bigint[], ${accounts.creditsPosted}::bigint[])
        AS c (id, spent, spent_on, debits_pending, debits_posted, credits_pending, credits_posted)
      WHERE accounts.id = c.id AND EXISTS (SELECT FROM headed)
    ), recorded AS (
      INSERT INTO operations (number, actor, key, name, input_hash, refusal, message, subject, details, request_id, at)
      SELECT number, actor, key, name, decode(input_hash, 'hex'), refusal, message, subject, details::json, request_id, at
      FROM unnest(${operations.number}::bigint[], ${operations.actor}::text[], ${operations.key}::text[],
        ${operations.name}::text[], ${operations.inputHash}::text[], ${operations.refusal}::text[],
        ${operations.message}::text[], ${operations.subject}::text[], ${operations.details}::text[],
        ${operations.requestId}::text[], ${operations.at}::timestamptz[])
        AS o (number, actor, key, name, input_hash, refusal, message, subject, details, request_id, at)
      WHERE EXISTS (SELECT FROM headed)
    ), linked AS (
      INSERT INTO batches (number, first_sequence, first_operation, last_operation, at, hash)
      SELECT number, first_sequence, first_operation, last_operation, at, decode(hash, 'hex')
      FROM unnest(${links.number}::bigint[], ${links.firstSequence}::bigint[], ${links.firstOperation}::bigint[],
        ${links.lastOperation}::bigint[], ${links.at}::timestamptz[], ${links.hash}::text[])
        AS b (number, first_sequence, first_operation, last_operation, at, hash)
      WHERE EXISTS (SELECT FROM headed)
    )
    SELECT id FROM headed`
}

const transferColumns = (transfers: readonly Transfer[]) => ({
  id: plainArray(transfers.map(({ id }) => id)),
  kind: plainArray(transfers.map(({ kind }) => kind)),
  status: plainArray(transfers.map(({ status }) => status)),
  debit: plainArray(transfers.map(({ debitAccount }) => debitAccount)),
  credit: plainArray(transfers.map(({ creditAccount }) => creditAccount)),
  amount: plainArray(transfers.map(({ amount }) => amount)),
  posted: plainArray(transfers.map(({ postedAmount }) => postedAmount)),
  currency: plainArray(transfers.map(({ currency }) => currency)),
  reference: textArray(transfers.map(({ reference }) => reference)),
  merchant: textArray(transfers.map(({ merchantId }) => merchantId)),
  reversalOf: plainArray(transfers.map(({ reversalOf }) => reversalOf)),
  group: plainArray(transfers.map(({ groupId }) => groupId)),
  expiresAt: plainArray(transfers.map(({ expiresAt }) => expiresAt)),
  createdAt: plainArray(transfers.map(({ createdAt }) => createdAt)),
  resolvedAt: plainArray(transfers.map(({ resolvedAt }) => resolvedAt)),
})

const eventColumns = (events: readonly LedgerEvent[]) => ({
  sequence: plainArray(events.map(({ sequence }) => sequence)),
  kind: plainArray(events.map(({ kind }) => kind)),
  transfer: plainArray(events.map(({ transferId }) => transferId)),
  debit: plainArray(events.map(({ debitAccount }) => debitAccount)),
  credit: plainArray(events.map(({ creditAccount }) => creditAccount)),
  amount: plainArray(events.map(({ amount }) => amount)),
  at: plainArray(events.map(({ at }) => at)),
  debitBalance: plainArray(events.map(({ balances }) => balances?.debit ?? null)),
  creditBalance: plainArray(events.map(({ balances }) => balances?.credit ?? null)),
  reference: textArray(events.map(({ reference }) => reference)),
  merchant: textArray(events.map(({ merchantId }) => merchantId)),
})

function accountColumns({ touched }: Effects) {
  // In the order of their ids, as every writer goes: no two can wait for each other.
  const accounts = [...touched.values()].sort((one, other) => (one.id < other.id ? -1 : 1))
  const column = (of: (account: Account) => bigint | string | null): string => plainArray(accounts.map(of))
  return {
    id: column(({ id }) => id),
    spent: column(({ spent }) => spent),
    spentOn: column(({ spentOn }) => spentOn),
    debitsPending: column(({ debitsPending }) => debitsPending),
    debitsPosted: column(({ debitsPosted }) => debitsPosted),
    creditsPending: column(({ creditsPending }) => creditsPending),
    creditsPosted: column(({ creditsPosted }) => creditsPosted),
  }
}

function operationColumns(batches: readonly BatchRecord[]) {
  const operations = batches.flatMap((batch) => batch.operations)
  const outcomes = operations.map(({ outcome }) => outcome)
  return {
    number: plainArray(operations.map(({ number }) => number)),
    actor: textArray(operations.map(({ actor }) => actor)),
    key: textArray(operations.map(({ key }) => key)),
    name: plainArray(operations.map(({ name }) => name)),
    inputHash: plainArray(operations.map(({ inputHash }) => inputHash)),
    refusal: plainArray(outcomes.map((outcome) => (outcome.accepted ? null : outcome.code))),
    message: textArray(outcomes.map((outcome) => (outcome.accepted ? null : outcome.message))),
    subject: textArray(outcomes.map((outcome) => (outcome.accepted ? outcome.subject : null))),
    details: textArray(
      outcomes.map((outcome) =>
        outcome.accepted && outcome.details !== null ? JSON.stringify(outcome.details) : null,
      ),
    ),
    requestId: textArray(operations.map(({ requestId }) => requestId)),
    at: plainArray(operations.map(({ at }) => at)),
  }
}

const batchColumns = (batches: readonly BatchRecord[]) => ({
  number: plainArray(batches.map(({ number }) => number)),
  firstSequence: plainArray(batches.map(({ firstSequence }) => firstSequence)),
  firstOperation: plainArray(batches.map(({ firstOperation }) => firstOperation)),
  lastOperation: plainArray(batches.map(({ lastOperation }) => lastOperation)),
  at: plainArray(batches.map(({ at }) => at)),
  hash: plainArray(batches.map(({ hash }) => hash)),
})

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
  const columns = transferColumns(transfers)
  await transaction.$executeRaw`/* ledger:resolve */
    UPDATE transfers SET status = r.status, posted_amount = r.posted, resolved_at = r.at
    FROM unnest(${columns.id}::bigint[], ${columns.status}::transfer_status[], ${columns.posted}::bigint[],
      ${columns.resolvedAt}::timestamptz[]) AS r (id, status, posted, at)
    WHERE transfers.id = r.id`
}
