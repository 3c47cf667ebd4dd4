/** Reads what happened to an account after a place in the ledger, in order, by index alone. */
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
 * What posts is found through the account's entries, which carry the event's sequence; what does not, through indexes of its own.
 * The three together miss nothing and repeat nothing.
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
      (SELECT sequence FROM entries WHERE account_id = ${account}::bigint AND sequence > ${after}
        ORDER BY sequence LIMIT ${limit})
      UNION ALL
      (SELECT sequence FROM outbox WHERE debit_account_id = ${account}::bigint AND sequence > ${after}
        AND kind IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED') ORDER BY sequence LIMIT ${limit})
      UNION ALL
      (SELECT sequence FROM outbox WHERE credit_account_id = ${account}::bigint AND sequence > ${after}
        AND kind IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED') ORDER BY sequence LIMIT ${limit})
    ) happened JOIN outbox o USING (sequence) ORDER BY o.sequence LIMIT ${limit}`

/** Where the ledger stands now. */
export async function lastSequence(database: PrismaClient): Promise<bigint> {
  const [row] = await database.$queryRaw<[{ last: bigint }]>`/* events:last */
    SELECT last_sequence AS last FROM ledger WHERE id = 1`
  return row.last
}
