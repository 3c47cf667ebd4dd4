/**
 * Upkeep of the ledger's tables while it works: partitions for the numbers to come, and keys moved
 * from their growing index into segments. Any instance may do it; the database lets one at a time.
 */
import type { Logger } from '../../../platform/process/log.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import { startWorker, type Worker } from '../workers/worker.ts'

/** Partitions that wait empty behind the one in use: at 15,000 transfers/s, four minutes. */
const PARTITIONS_AHEAD = 4
const PARTITIONS_PAUSE = 15_000 // milliseconds
const KEYS_PAUSE = 5_000 // milliseconds

export const startUpkeep = (database: PrismaClient, log: Logger): readonly Worker[] => [
  startWorker({
    name: 'partitions',
    log,
    pause: PARTITIONS_PAUSE,
    round: () => createPartitions(database).then(() => false),
  }),
  startWorker({ name: 'keys', log, pause: KEYS_PAUSE, round: () => compactKeys(database) }),
]

/** Never waits for a lock for longer than writers can wait for it. */
export async function createPartitions(database: PrismaClient): Promise<void> {
  await database.$transaction([
    database.$executeRaw`SET LOCAL lock_timeout = '1s'`,
    database.$queryRaw`SELECT create_partitions(${PARTITIONS_AHEAD}::integer)`,
  ])
}

/** One step, of less than a second. True if there is more to do. */
export async function compactKeys(database: PrismaClient): Promise<boolean> {
  const [step] = await database.$queryRaw<[{ more: boolean }]>`SELECT compact_keys() AS more`
  return step.more
}
