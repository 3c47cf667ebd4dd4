/**
 * Reads the history in order and in pages, so that a ledger of any length takes the same memory.
 */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { OpenedAccount } from '../ledger/audit-chain.ts'
import type { EventKind, TransferKind } from '../ledger/model.ts'

/** The end of the ledger, and whether the tables end there, read at one instant. */
export interface HeadRow {
  readonly lastOperation: bigint
  readonly lastBatch: bigint
  readonly lastSequence: bigint
  readonly lastAccount: bigint
  readonly lastAt: Date
  readonly lastHash: Uint8Array
  /** False if the newest account's number differs from that of the last one opened. */
  readonly isAccountRight: boolean
  /** False if the sequence before the last change is not the beginning of a batch. */
  readonly isPreviousRight: boolean
}

/** A place between two batches: the numbers of the last batch, operation and event before it. */
export interface Place {
  readonly batch: bigint
  readonly operation: bigint
  readonly sequence: bigint
  readonly at: Date
  readonly hash: Uint8Array
}

/** Before the first batch. */
export const GENESIS: Place = { batch: 0n, operation: 0n, sequence: 0n, at: new Date(0), hash: Buffer.alloc(32) }

export interface BatchRow {
  readonly number: bigint
  readonly firstSequence: bigint
  readonly firstOperation: bigint
  readonly lastOperation: bigint
  readonly at: Date
  readonly hash: Uint8Array
  readonly version: number
  /**
   * The first sequence of the next batch; for the last batch, the sequence after the head; null if
   * the next batch is missing.
   */
  readonly nextSequence: bigint | null
}

export interface OperationRow {
  readonly number: bigint
  readonly actor: string
  readonly key: string
  readonly name: string
  readonly inputHash: string
  readonly inputVersion: number
  readonly refusal: string | null
  readonly message: string | null
  readonly subject: string | null
  readonly details: string | null
  readonly requestId: string | null
  readonly at: Date
  /** The account that it opened. */
  readonly opened: OpenedAccount | null
}

/** An event with its transfer and the balances after its entries. */
export interface EventRow {
  readonly sequence: bigint
  readonly kind: EventKind
  readonly transferId: string
  readonly debitAccount: string
  readonly creditAccount: string
  readonly amount: bigint
  readonly at: Date
  readonly debitBalance: bigint | null
  readonly creditBalance: bigint | null
  readonly transferKind: TransferKind | null
  readonly currency: string | null
  readonly reference: string | null
  readonly merchantId: string | null
  readonly reversalOf: string | null
  readonly groupId: string | null
  readonly expiresAt: Date | null
  /** The part of its transfer or entries that differs from the event. */
  readonly fault: string | null
}

const PAGE = 250 // rows

/** Rows one by one. @param read a page of the rows after a number, in its order */
async function* paged<Row>(
  after: bigint,
  read: (after: bigint) => Promise<Row[]>,
  numberOf: (row: Row) => bigint,
): AsyncGenerator<Row, undefined, undefined> {
  for (let last = after; ; ) {
    const rows = await read(last)
    yield* rows
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    last = numberOf(end)
  }
}

export async function readHead(database: PrismaClient): Promise<HeadRow | undefined> {
  const [head] = await database.$queryRaw<HeadRow[]>`/* audit:head */
    SELECT last_operation AS "lastOperation", last_batch AS "lastBatch", last_sequence AS "lastSequence",
      last_account AS "lastAccount", last_at AS "lastAt", last_hash AS "lastHash",
      COALESCE(last_account = greatest((SELECT max(id) FROM accounts), (SELECT max(to_account) FROM ledger_restores)), TRUE)
        AS "isAccountRight",
      previous_sequence <= last_sequence AND (
        last_batch = 0
        OR EXISTS (SELECT FROM batches WHERE first_sequence = previous_sequence + 1)
        OR EXISTS (SELECT FROM ledger_restores WHERE from_sequence = previous_sequence)
        OR previous_sequence = last_sequence
      ) AS "isPreviousRight"
    FROM ledger WHERE id = 1`
  return head
}

/** Batches after one, up to another. */
export const batchesBetween = (database: PrismaClient, after: bigint, upTo: bigint, head: HeadRow) =>
  paged(
    after,
    (last) =>
      database.$queryRaw<BatchRow[]>`/* audit:batches */
        SELECT b.number, b.first_sequence AS "firstSequence", b.first_operation AS "firstOperation",
          b.last_operation AS "lastOperation", b.at, b.hash, b.version,
          CASE WHEN b.number = ${head.lastBatch} THEN ${head.lastSequence}::bigint + 1
            ELSE (SELECT n.first_sequence FROM batches n WHERE n.number = b.number + 1) END AS "nextSequence"
        FROM batches b WHERE b.number > ${last} AND b.number <= ${upTo} ORDER BY b.number LIMIT ${PAGE}`,
    ({ number }) => number,
  )

/** `details` as text: the hash covers the JSON text as it was written. */
export const operationsBetween = (database: PrismaClient, after: bigint, upTo: bigint) =>
  paged(
    after,
    (last) =>
      database.$queryRaw<OperationRow[]>`/* audit:operations */
        SELECT o.number, o.actor, o.key, o.name, encode(o.input_hash, 'hex') AS "inputHash",
          o.input_version AS "inputVersion", o.refusal, o.message, o.subject, o.details::text AS details,
          o.request_id AS "requestId", o.at,
          CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id::text, 'owner', a.customer_id, 'kind', a.kind,
            'currency', a.currency, 'productId', a.product_id, 'branchId', a.branch_id) END AS opened
        FROM history.operations o
        LEFT JOIN accounts a ON o.name = 'openAccount' AND o.refusal IS NULL
          AND a.id = CASE WHEN o.subject ~ '^[0-9]{14}$' THEN o.subject::bigint END
        WHERE o.number > ${last} AND o.number <= ${upTo} ORDER BY o.number LIMIT ${PAGE}`,
    ({ number }) => number,
  )

/** The place after a batch; undefined if there is no such batch. */
export async function readPlace(database: PrismaClient, batch: bigint, head: HeadRow): Promise<Place | undefined> {
  if (batch === 0n) return GENESIS
  const { value: row } = await batchesBetween(database, batch - 1n, batch, head).next()
  return row && placeAfter(row)
}

/** Undefined if the next batch is missing. */
export const placeAfter = ({ number, lastOperation, nextSequence, at, hash }: BatchRow): Place | undefined =>
  nextSequence === null ? undefined : { batch: number, operation: lastOperation, sequence: nextSequence - 1n, at, hash }

const POSTS = Prisma.sql`o.kind IN ('TRANSFER_POSTED', 'HOLD_CAPTURED')`

/**
 * A pattern of the reference without accents, as any server writes it: what becomes of characters
 * beyond ASCII depends on its version and its locale, and a backup may come from another one. They
 * may have been composed with the character before them.
 */
const PLAIN_REFERENCE = Prisma.sql`regexp_replace(
  regexp_replace(lower(t.reference), '([\\\\%_])', '\\\\\\1', 'g'), '[^\\\\%_]?[^\\u0001-\\u007f]+', '%', 'g') || '%'`

/** The fault of one side of an event, if any. */
const sideFault = (entry: Prisma.Sql, account: Prisma.Sql, amount: Prisma.Sql) => Prisma.sql`
  WHEN ${POSTS} AND ${entry}.sequence IS NULL THEN format('entry %s-%s is missing', ${account}, o.sequence)
  WHEN NOT ${POSTS} AND ${entry}.sequence IS NOT NULL
    THEN format('entry %s-%s belongs to an event that posts nothing', ${account}, o.sequence)
  WHEN ${POSTS} AND (${entry}.transfer_id, ${entry}.amount, ${entry}.posted_at, ${entry}.merchant_id)
      IS DISTINCT FROM (o.transfer_id, ${amount}, o.at, t.merchant_id)
    THEN format('entry %s-%s is not the one of its event', ${account}, o.sequence)
  WHEN ${POSTS} AND (
      (${entry}.search IS NULL) <> (COALESCE(t.reference, t.merchant_id) IS NULL)
      OR NOT (starts_with(${entry}.search, lower(unaccent(COALESCE(t.reference, ''))))
        OR ${entry}.search LIKE ${PLAIN_REFERENCE})
    ) THEN format('the reference of transfer %s or the text of entry %s-%s was changed', t.id, ${account}, o.sequence)`

const FAULT = Prisma.sql`CASE
  WHEN t.id IS NULL THEN format('transfer %s is missing', o.transfer_id)
  WHEN (t.debit_account_id, t.credit_account_id) <> (o.debit_account_id, o.credit_account_id)
    THEN format('transfer %s is not between the accounts of event %s', t.id, o.sequence)
  WHEN (SELECT count(*) FROM accounts WHERE id IN (o.debit_account_id, o.credit_account_id) AND currency = t.currency) <> 2
    THEN format('transfer %s is not in the currency of its accounts', t.id)
  WHEN NOT COALESCE(CASE o.kind
      WHEN 'TRANSFER_POSTED' THEN t.id = o.sequence AND t.status = 'POSTED' AND t.amount = o.amount
        AND t.posted_amount = o.amount AND t.created_at = o.at AND t.resolved_at = o.at AND t.expires_at IS NULL
      WHEN 'HOLD_PLACED' THEN t.id = o.sequence AND t.amount = o.amount AND t.created_at = o.at AND t.expires_at IS NOT NULL
      WHEN 'HOLD_CAPTURED' THEN t.id < o.sequence AND t.status = 'POSTED' AND t.posted_amount = o.amount AND t.resolved_at = o.at
      WHEN 'HOLD_VOIDED' THEN t.id < o.sequence AND t.status = 'VOIDED' AND t.amount = o.amount AND t.resolved_at = o.at
      WHEN 'HOLD_EXPIRED' THEN t.id < o.sequence AND t.status = 'EXPIRED' AND t.amount = o.amount AND t.resolved_at = o.at
    END, FALSE) THEN format('transfer %s is not as event %s tells', t.id, o.sequence)
  ${sideFault(Prisma.sql`d`, Prisma.sql`o.debit_account_id`, Prisma.sql`-o.amount`)}
  ${sideFault(Prisma.sql`c`, Prisma.sql`o.credit_account_id`, Prisma.sql`o.amount`)}
END`

export const eventsBetween = (database: PrismaClient, after: bigint, upTo: bigint) =>
  paged(
    after,
    (last) =>
      database.$queryRaw<EventRow[]>`/* audit:events */
        SELECT o.sequence, o.kind, o.transfer_id::text AS "transferId", o.debit_account_id::text AS "debitAccount",
          o.credit_account_id::text AS "creditAccount", o.amount, o.at, d.balance_after AS "debitBalance",
          c.balance_after AS "creditBalance", t.kind AS "transferKind", t.currency, t.reference,
          t.merchant_id AS "merchantId", t.reversal_of::text AS "reversalOf", t.group_id::text AS "groupId",
          t.expires_at AS "expiresAt", ${FAULT} AS fault
        FROM (
          SELECT * FROM history.outbox WHERE sequence > ${last} AND sequence <= ${upTo} ORDER BY sequence LIMIT ${PAGE}
        ) o
        LEFT JOIN history.transfers t ON t.id = o.transfer_id
        LEFT JOIN history.entries d ON d.account_id = o.debit_account_id AND d.sequence = o.sequence
        LEFT JOIN history.entries c ON c.account_id = o.credit_account_id AND c.sequence = o.sequence
        ORDER BY o.sequence`,
    ({ sequence }) => sequence,
  )
