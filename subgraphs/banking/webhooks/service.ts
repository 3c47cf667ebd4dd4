/** Webhooks as the service runs them: the settings for requests, and the background work. */
import type { Logger } from '../../../platform/process/log.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { startWorker } from '../workers/worker.ts'
import { type RetryPolicy, usualRetries } from './backoff.ts'
import { createDeliveries } from './deliver.ts'
import { handOver } from './hand-over.ts'
import { webhookSender } from './send.ts'
import { type EndpointSecrets, endpointSecrets } from './signing.ts'

export interface Webhooks {
  readonly secrets: EndpointSecrets
  /** For tests and closed networks: also plain HTTP and private addresses. */
  readonly allowPrivate: boolean
}

export interface RunningWebhooks extends Webhooks {
  /** Resolves when running attempts have ended. */
  stop(): Promise<void>
}

interface WebhooksOptions {
  readonly database: PrismaClient
  readonly log: Logger
  /** The service's secret, the same in every instance: endpoints' secrets are derived from it. */
  readonly secret: string
  readonly allowPrivate: boolean
  readonly retries?: RetryPolicy
  /** True while another instance hands over; all deliver. */
  readonly isElsewhere?: () => boolean
}

const PAUSE = 500 // milliseconds

export function startWebhooks(options: WebhooksOptions): RunningWebhooks {
  const { database, log, secret, allowPrivate, retries = usualRetries, isElsewhere = () => false } = options
  const secrets = endpointSecrets(secret)
  const sender = webhookSender({ allowPrivate })
  const deliveries = createDeliveries({ database, sender, secrets, retries, log })
  const workers = [
    startWorker({ name: 'webhook hand-over', log, pause: PAUSE, round: () => handOver(database), isElsewhere }),
    startWorker({
      name: 'webhook delivery',
      log,
      pause: PAUSE,
      // If nothing could begin, due deliveries may be waiting for a slot.
      round: async () => (await deliveries.begin()) > 0 || (await deliveries.oneEnds(PAUSE)),
    }),
  ]
  return {
    secrets,
    allowPrivate,
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()))
      await deliveries.idle()
      await sender.close()
    },
  }
}
