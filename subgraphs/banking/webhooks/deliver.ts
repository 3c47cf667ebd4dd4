/** Delivers what is due: claims, sends, writes down how it ended. At least once to every receiver; dead after the last attempt. */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { pauseAfter, type RetryPolicy } from './backoff.ts'
import { bodyOf, eventId, type ToldEvent } from './payload.ts'
import type { WebhookSender } from './send.ts'
import { type EndpointSecrets, signatureHeaders } from './signing.ts'

export interface DeliveryOptions {
  readonly database: PrismaClient
  readonly sender: WebhookSender
  readonly secrets: EndpointSecrets
  readonly retries: RetryPolicy
}

const AT_ONCE = 20
/** Milliseconds a claim lasts, well over an attempt: a claim whose owner died is taken up again after it. */
const CLAIM = 60_000

interface Claimed extends ToldEvent {
  readonly endpointId: string
  readonly url: string
  readonly attempts: number
}

/** Resolves to true where more may be due. */
export async function deliverDue(options: DeliveryOptions): Promise<boolean> {
  const claimed = await claim(options.database)
  await Promise.all(claimed.map((delivery) => attempt(delivery, options)))
  return claimed.length === AT_ONCE
}

/** An attempt counts from when it is claimed, so that one that takes its process down is not tried forever. */
const claim = (database: PrismaClient): Promise<Claimed[]> => database.$queryRaw<Claimed[]>`/* webhooks:claim */
  WITH due AS (
    SELECT endpoint_id, sequence FROM webhook_deliveries
    WHERE status = 'PENDING' AND next_attempt_at <= now()
    ORDER BY next_attempt_at, endpoint_id, sequence LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED
  ), claimed AS (
    UPDATE webhook_deliveries w
    SET attempts = w.attempts + 1, next_attempt_at = now() + ${CLAIM} * interval '1 millisecond'
    FROM due WHERE w.endpoint_id = due.endpoint_id AND w.sequence = due.sequence
    RETURNING w.endpoint_id, w.sequence, w.attempts
  )
  SELECT e.id::text AS "endpointId", e.url, claimed.sequence, claimed.attempts, o.kind, o.transfer_id::text AS "transferId",
    o.at, o.amount, t.currency,
    CASE d.customer_id WHEN e.customer_id THEN d.id::text END AS "debitAccount",
    CASE c.customer_id WHEN e.customer_id THEN c.id::text END AS "creditAccount"
  FROM claimed
  JOIN webhook_endpoints e ON e.id = claimed.endpoint_id
  JOIN outbox o ON o.sequence = claimed.sequence
  JOIN transfers t ON t.id = o.transfer_id
  JOIN accounts d ON d.id = o.debit_account_id
  JOIN accounts c ON c.id = o.credit_account_id`

async function attempt(delivery: Claimed, { database, sender, secrets, retries }: DeliveryOptions): Promise<void> {
  const { endpointId, sequence, url, attempts } = delivery
  const body = bodyOf(delivery)
  const headers = signatureHeaders(secrets(endpointId), { id: eventId(sequence), body })
  const { delivered, status, error } = await sender.send(url, headers, body)
  const pause = delivered ? undefined : pauseAfter(attempts, retries)
  const outcome = delivered ? 'DELIVERED' : pause === undefined ? 'DEAD' : 'PENDING'
  await database.webhookDelivery.updateMany({
    // A claim that ran out belongs to somebody else by now; an endpoint removed meanwhile has buried its deliveries.
    where: { endpointId, sequence, attempts, status: 'PENDING' },
    data: {
      status: outcome,
      lastStatus: status,
      lastError: error,
      lastAttemptAt: new Date(),
      nextAttemptAt: pause === undefined ? null : new Date(Date.now() + pause),
    },
  })
}
