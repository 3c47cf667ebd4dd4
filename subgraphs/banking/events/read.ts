/** Reads the events of accounts after a sequence, in order, by index alone. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'
import type { EventKind } from '../ledger/model.ts'

export interface EventRow {
  readonly sequence: bigint
  readonly kind: EventKind
  readonly transferId: string
  /** Accounts: 14 digits. */
  readonly debit: string
  readonly credit: string
  /** Minor units. */
  readonly amount: bigint
  readonly at: Date
}

/**
 * Finds events that post through the accounts' entries, which carry the event's sequence, and the
 * others through their own indexes. The three parts together miss nothing of an account and repeat
 * nothing; an event between two of the accounts comes once.
 */
export const readActivity = (
  database: PrismaClient,
  accounts: readonly string[],
  after: bigint,
  limit: number,
): Promise<EventRow[]> => database.$queryRaw<EventRow[]>(activityQuery(accounts, after, limit))

export const activityQuery = (accounts: readonly string[], after: bigint, limit: number): Prisma.Sql =>
  Prisma.sql`/* events:activity */
    SELECT o.sequence, o.kind, o.transfer_id::text AS "transferId", o.debit_account_id::text AS debit,
      o.credit_account_id::text AS credit, o.amount, o.at
    FROM (
      SELECT DISTINCT happened.sequence FROM unnest(${plainArray(accounts)}::bigint[]) AS followed (id)
      CROSS JOIN LATERAL (
        (SELECT sequence FROM history.entries WHERE account_id = followed.id AND sequence > ${after}
          ORDER BY sequence LIMIT ${limit})
        UNION ALL
        (SELECT sequence FROM history.outbox WHERE debit_account_id = followed.id AND sequence > ${after}
          AND kind IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED') ORDER BY sequence LIMIT ${limit})
        UNION ALL
        (SELECT sequence FROM history.outbox WHERE credit_account_id = followed.id AND sequence > ${after}
          AND kind IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED') ORDER BY sequence LIMIT ${limit})
      ) happened ORDER BY happened.sequence LIMIT ${limit}
    ) happened JOIN history.outbox o USING (sequence) ORDER BY o.sequence LIMIT ${limit}`

/** The ledger's last sequence. */
export async function lastSequence(database: PrismaClient): Promise<bigint> {
  const [row] = await database.$queryRaw<[{ last: bigint }]>`/* events:last */
    SELECT last_sequence AS last FROM ledger WHERE id = 1`
  return row.last
}
