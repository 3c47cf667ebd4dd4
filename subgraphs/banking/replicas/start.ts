/** Opens, watches and measures the standbys of an instance, if its settings name any. */
import type { Logger } from '../../../platform/process/log.ts'
import type { Registry } from '../../../platform/process/prometheus.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { onPrimary, type Past } from '../database/past.ts'
import { startWorker } from '../workers/worker.ts'
import { createStandbyMetrics } from './metrics.ts'
import { openStandbys } from './standbys.ts'

interface StandbySettings {
  readonly DATABASE_READ_URL?: string | undefined
  /** Seconds */
  readonly DATABASE_READ_MAX_LAG: number
}

interface Surroundings {
  readonly primary: PrismaClient
  readonly registry: Registry
  readonly log: Logger
}

const PAUSE = 1_000 // milliseconds

export function startStandbys(
  { DATABASE_READ_URL: url, DATABASE_READ_MAX_LAG: seconds }: StandbySettings,
  { primary, registry, log }: Surroundings,
): { readonly past: Past; stop(): Promise<void> } {
  if (url === undefined) return { past: onPrimary, stop: async () => {} }
  const metrics = createStandbyMetrics(registry, () => standbys.lags())
  const standbys = openStandbys({ url, primary, maxLag: seconds * 1000, log, onRead: metrics.read })
  const round = (): Promise<boolean> => standbys.look().then(() => false)
  const worker = startWorker({ name: 'standbys', log, pause: PAUSE, round })
  return {
    past: standbys,
    async stop() {
      await worker.stop()
      await standbys.close()
    },
  }
}
