/** Reads an account's events after a sequence, in order, by index alone. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { EventKind } from '../ledger/model.ts'

export interface EventRow {
  readonly sequence: bigint
  readonly kind: EventKind
  readonly transferId: string
  /** Minor units. */
  readonly amount: bigint
  readonly at: Date
}

/**
 * Finds events that post through the account's entries, which carry the event's sequence, and the
 * others through their own indexes. The three parts together miss and repeat nothing.
 */
export const readActivity = (
  database: PrismaClient,
  account: string,
  after: bigint,
  limit: number,
): Promise<EventRow[]> => database.$queryRaw<EventRow[]>(activityQuery(account, after, limit))

export const activityQuery = (account: string, after: bigint, limit: number): Prisma.Sql =>
  Prisma.sql`/* events:activity */
    SELECT o.sequence, o.kind, o.transfer_id::text AS "transferId", o.amount, o.at FROM (
      (SELECT sequence FROM history.entries WHERE account_id = ${account}::bigint AND sequence > ${after}
        ORDER BY sequence LIMIT ${limit})
      UNION ALL
      (SELECT sequence FROM history.outbox WHERE debit_account_id = ${account}::bigint AND sequence > ${after}
        AND kind IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED') ORDER BY sequence LIMIT ${limit})
      UNION ALL
      (SELECT sequence FROM history.outbox WHERE credit_account_id = ${account}::bigint AND sequence > ${after}
        AND kind IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED') ORDER BY sequence LIMIT ${limit})
    ) happened JOIN history.outbox o USING (sequence) ORDER BY o.sequence LIMIT ${limit}`

/** The ledger's last sequence. */
export async function lastSequence(database: PrismaClient): Promise<bigint> {
  const [row] = await database.$queryRaw<[{ last: bigint }]>`/* events:last */
    SELECT last_sequence AS last FROM ledger WHERE id = 1`
  return row.last
}
