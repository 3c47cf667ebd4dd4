/**
 * Selects the next deliveries: fair among customers and among each one's endpoints, whatever their
 * backlogs.
 */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { ToldEvent } from './payload.ts'

/** Maximum attempts of one instance at once. */
export const SLOTS = 160 // attempts
const PER_ENDPOINT = 4 // attempts
/** Maximum for all endpoints of a customer. */
const PER_CUSTOMER = 40 // attempts
/** A claim lasts well over an attempt; then another instance may take the delivery. */
const CLAIM = 60_000 // milliseconds

export interface Claimed extends ToldEvent {
  readonly endpointId: string
  readonly url: string
  /** Attempts of this delivery, including the claimed one. */
  readonly attempts: number
  /** Consecutive failures of the endpoint. */
  readonly failures: number
  /** By the database's clock: receivers refuse what seems too old, or too new. */
  readonly claimedAt: Date
}

/**
 * The fewer slots are free, the fewer one customer may use, so that slow customers leave slots for
 * others.
 */
export const shareOf = (free: number): number => Math.max(1, Math.min(PER_CUSTOMER, Math.floor(free / 4)))

/**
 * Claims due deliveries for free slots. The claim counts as an attempt, so that a delivery that
 * crashes its process is not retried forever.
 * @param busy by endpoint, the running attempts of this instance
 */
export const claimDue = (database: PrismaClient, busy: ReadonlyMap<string, number>): Promise<Claimed[]> =>
  database.$queryRaw<Claimed[]>(claimQuery(busy))

/** An endpoint that failed gets one slot until it answers again. */
export function claimQuery(busy: ReadonlyMap<string, number>): Prisma.Sql {
  const free = SLOTS - [...busy.values()].reduce((sum, count) => sum + count, 0)
  return Prisma.sql`/* webhooks:claim */
  WITH RECURSIVE waiting AS (
    (SELECT endpoint_id FROM webhook_deliveries WHERE status = 'PENDING' ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (
      SELECT d.endpoint_id FROM webhook_deliveries d
      WHERE d.status = 'PENDING' AND d.endpoint_id > waiting.endpoint_id ORDER BY d.endpoint_id LIMIT 1
    ) FROM waiting WHERE waiting.endpoint_id IS NOT NULL
  ), busy AS (
    SELECT e.id, e.customer_id, b.taken
    FROM unnest(${[...busy.keys()]}::uuid[], ${[...busy.values()]}::int[]) AS b (endpoint_id, taken)
    JOIN webhook_endpoints e ON e.id = b.endpoint_id
  ), busy_customers AS (
    SELECT customer_id, sum(taken) AS taken FROM busy GROUP BY customer_id
  ), ranked AS (
    SELECT e.id AS endpoint_id, next.sequence, next.next_attempt_at, coalesce(c.taken, 0)
      + row_number() OVER (PARTITION BY e.customer_id ORDER BY next.place, next.next_attempt_at, e.id) AS place
    FROM waiting
    JOIN webhook_endpoints e ON e.id = waiting.endpoint_id AND (e.paused_until IS NULL OR e.paused_until <= now())
    LEFT JOIN busy b ON b.id = e.id
    LEFT JOIN busy_customers c ON c.customer_id = e.customer_id
    CROSS JOIN LATERAL (
      SELECT d.sequence, d.next_attempt_at,
        coalesce(b.taken, 0) + row_number() OVER (ORDER BY d.next_attempt_at, d.sequence) AS place
      FROM webhook_deliveries d
      WHERE d.endpoint_id = e.id AND d.status = 'PENDING' AND d.next_attempt_at <= now()
      ORDER BY d.next_attempt_at, d.sequence
      LIMIT greatest(0, CASE WHEN e.failures > 0 THEN 1 ELSE ${PER_ENDPOINT} END - coalesce(b.taken, 0))
    ) next
  ), due AS (
    SELECT d.endpoint_id, d.sequence
    FROM ranked JOIN webhook_deliveries d USING (endpoint_id, sequence)
    WHERE ranked.place <= ${shareOf(free)} AND d.status = 'PENDING' AND d.next_attempt_at <= now()
    ORDER BY ranked.place, ranked.next_attempt_at, d.endpoint_id, d.sequence
    LIMIT ${free} FOR UPDATE OF d SKIP LOCKED
  ), claimed AS (
    UPDATE webhook_deliveries w
    SET attempts = w.attempts + 1, next_attempt_at = now() + ${CLAIM} * interval '1 millisecond'
    FROM due WHERE w.endpoint_id = due.endpoint_id AND w.sequence = due.sequence
    RETURNING w.endpoint_id, w.sequence, w.attempts
  )
  SELECT e.id::text AS "endpointId", e.url, e.failures, claimed.sequence, claimed.attempts, now() AS "claimedAt", o.kind,
    o.transfer_id::text AS "transferId", o.at, o.amount, t.currency,
    CASE d.customer_id WHEN e.customer_id THEN d.id::text END AS "debitAccount",
    CASE c.customer_id WHEN e.customer_id THEN c.id::text END AS "creditAccount"
  FROM claimed
  JOIN webhook_endpoints e ON e.id = claimed.endpoint_id
  JOIN history.outbox o ON o.sequence = claimed.sequence
  JOIN history.transfers t ON t.id = o.transfer_id
  JOIN accounts d ON d.id = o.debit_account_id
  JOIN accounts c ON c.id = o.credit_account_id`
}
