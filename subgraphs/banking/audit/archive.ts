/**
 * Moves old partitions of the long tables to the archive, where everything that reads the history
 * still finds them. Deletes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { failureOf } from '../database/failure.ts'

interface Partition {
  readonly parent: string
  readonly lower: bigint
  readonly upper: bigint
}

/** The column that each long table is partitioned by. */
const BY: Readonly<Record<string, string>> = {
  transfers: 'id',
  outbox: 'sequence',
  entries: 'sequence',
  operations: 'number',
}

const ATTEMPTS = 100
const PAUSE = 200 // milliseconds

/** Resolves to the names of the partitions that are now in the archive. */
export async function archivePartitions(database: PrismaClient, before: Date): Promise<string[]> {
  const archived: string[] = []
  for (const partition of await readOldPartitions(database, before)) {
    await checkBound(database, partition)
    await inShort(database, Prisma.sql`SELECT archive_partition(${partition.parent}, ${partition.lower})`)
    archived.push(nameOf(partition))
  }
  return archived
}

const nameOf = ({ parent, lower }: Partition): string => `${parent}_${lower}`

/** All of whose rows are from before an instant, oldest first. */
const readOldPartitions = (database: PrismaClient, before: Date): Promise<Partition[]> =>
  database.$queryRaw<Partition[]>`/* archive:old */
    WITH ends AS (
      SELECT COALESCE(b.first_sequence, l.last_sequence + 1) AS events, COALESCE(b.first_operation, l.last_operation + 1) AS operations
      FROM ledger l LEFT JOIN (
        SELECT first_sequence, first_operation FROM batches WHERE at >= ${before} ORDER BY at, number LIMIT 1
      ) b ON TRUE
    )
    SELECT parent, lower, upper FROM ledger_partitions, ends
    WHERE archived_at IS NULL AND upper <= CASE parent WHEN 'operations' THEN ends.operations ELSE ends.events END
    ORDER BY lower, parent`

/** Reads all rows of a partition; neither readers nor writers wait for that. */
async function checkBound(database: PrismaClient, partition: Partition): Promise<void> {
  const table = `partitions.${nameOf(partition)}`
  const by = BY[partition.parent]
  const least = partition.lower === 0n ? '' : `${by} >= ${partition.lower} AND `
  const constraint = `CHECK (${least}${by} < ${partition.upper}) NOT VALID`
  await inShort(
    database,
    Prisma.raw(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS is_archived, ADD CONSTRAINT is_archived ${constraint}`),
  )
  await database.$executeRawUnsafe(`ALTER TABLE ${table} VALIDATE CONSTRAINT is_archived`)
}

/** Requests a lock with a short timeout, repeatedly: later requests queue behind a waiting one. */
async function inShort(database: PrismaClient, statement: Prisma.Sql): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.$transaction([
        database.$executeRaw`SET LOCAL lock_timeout = '300ms'`,
        database.$executeRaw(statement),
      ])
      return
    } catch (error) {
      if (attempt === ATTEMPTS || failureOf(error) !== 'outage') throw error
      await sleep(PAUSE)
    }
  }
}
