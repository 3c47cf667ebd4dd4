/**
 * Creates the deliveries of the outbox's events for the endpoints of the customers they touch: each
 * exactly once, in one statement.
 */
import type { PrismaClient } from '../../../prisma/generated/client.ts'

const AT_ONCE = 1_000 // events

/**
 * Moves the cursor over the next events and writes their deliveries in the same transaction. The
 * outbox commits in order and has no gaps but restores, so the events before the cursor are
 * complete. If another instance has locked the cursor, this one does nothing. Events that were
 * handed over before a cursor was set back are left as they are. The lock on the endpoints makes a
 * removal wait, so that it ends these deliveries too. Resolves to true if there may be more.
 */
export async function handOver(database: PrismaClient): Promise<boolean> {
  const [place] = await database.$queryRaw<{ moved: bigint }[]>`/* webhooks:hand-over */
    WITH place AS (
      SELECT last_sequence AS done, COALESCE(
        CASE WHEN EXISTS (SELECT FROM webhook_endpoints WHERE removed_at IS NULL) THEN (
          SELECT o.sequence FROM outbox o WHERE o.sequence > webhook_cursor.last_sequence
          ORDER BY o.sequence OFFSET ${AT_ONCE - 1} LIMIT 1
        ) END, (SELECT last_sequence FROM ledger)) AS upto
      FROM webhook_cursor WHERE id = 1 FOR UPDATE SKIP LOCKED
    ), handed AS (
      INSERT INTO webhook_deliveries (endpoint_id, sequence, next_attempt_at)
      SELECT w.id, o.sequence, now()
      FROM place
      JOIN outbox o ON o.sequence > place.done AND o.sequence <= place.upto
      JOIN accounts d ON d.id = o.debit_account_id
      JOIN accounts c ON c.id = o.credit_account_id
      JOIN webhook_endpoints w ON w.customer_id IN (d.customer_id, c.customer_id)
      WHERE w.removed_at IS NULL AND o.sequence > w.after_sequence
      FOR SHARE OF w
      ON CONFLICT DO NOTHING
    )
    UPDATE webhook_cursor SET last_sequence = place.upto FROM place WHERE id = 1 AND place.upto > place.done
    RETURNING place.upto - place.done AS moved`
  return place !== undefined && place.moved >= AT_ONCE
}
