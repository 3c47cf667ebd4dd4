/**
 * Delivers due events: claims, sends and records the outcome. At least once to every receiver; dead
 * after the last attempt.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../../platform/process/log.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { pauseAfter, pauseOfEndpoint, type RetryPolicy } from './backoff.ts'
import { type Claimed, claimDue, SLOTS } from './claim.ts'
import { bodyOf, eventId } from './payload.ts'
import type { WebhookSender } from './send.ts'
import { type EndpointSecrets, signatureHeaders } from './signing.ts'
import { pauseEndpoint, saveAttempt, unpauseEndpoint } from './store.ts'

interface DeliveryOptions {
  readonly database: PrismaClient
  readonly sender: WebhookSender
  readonly secrets: EndpointSecrets
  readonly retries: RetryPolicy
  readonly log: Logger
}

/** The attempts of one instance. Each has a slot of its own and waits for no other. */
interface Deliveries {
  /** Begins due attempts that have a slot; resolves to their number. */
  begin(): Promise<number>
  /**
   * Resolves to true when a running attempt has ended, or after `timeout` milliseconds; to false at
   * once if none is running.
   */
  oneEnds(timeout: number): Promise<boolean>
  /** Resolves when no attempt is running. */
  idle(): Promise<void>
}

export function createDeliveries(options: DeliveryOptions): Deliveries {
  const { database, log } = options
  const running = new Set<Promise<void>>()
  const busy = new Map<string, number>()

  const begin = (delivery: Claimed): void => {
    const { endpointId } = delivery
    busy.set(endpointId, (busy.get(endpointId) ?? 0) + 1)
    const ended = attempt(delivery, options)
      // Its claim runs out, and it is sent again.
      .catch((error: unknown) => log.warn({ err: error }, 'the outcome of a webhook could not be written down'))
      .then(() => {
        const left = (busy.get(endpointId) ?? 1) - 1
        if (left === 0) busy.delete(endpointId)
        else busy.set(endpointId, left)
        running.delete(ended)
      })
    running.add(ended)
  }

  return {
    async begin() {
      if (running.size >= SLOTS) return 0
      const claimed = await claimDue(database, busy)
      claimed.forEach(begin)
      return claimed.length
    },
    async oneEnds(timeout) {
      if (running.size === 0) return false
      const enough = new AbortController()
      const patient = sleep(timeout, undefined, { signal: enough.signal }).catch(() => {})
      await Promise.race([...running, patient])
      enough.abort()
      return true
    },
    async idle() {
      await Promise.all(running)
    },
  }
}

async function attempt(delivery: Claimed, { database, sender, secrets, retries }: DeliveryOptions): Promise<void> {
  const { endpointId, sequence, url, attempts, failures, claimedAt } = delivery
  const body = bodyOf(delivery)
  const headers = signatureHeaders(secrets(endpointId), { id: eventId(sequence), body, at: claimedAt })
  const { delivered, status, error } = await sender.send(url, headers, body)
  const pause = delivered ? undefined : pauseAfter(attempts, retries)
  const outcome = delivered ? 'DELIVERED' : pause === undefined ? 'DEAD' : 'PENDING'
  if (!delivered) await pauseEndpoint(database, endpointId, pauseOfEndpoint(failures + 1, retries))
  else if (failures > 0) await unpauseEndpoint(database, endpointId)
  await saveAttempt(database, { endpointId, sequence, attempts, outcome, status, error, pause })
}
