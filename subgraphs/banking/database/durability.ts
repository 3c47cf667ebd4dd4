/** Checks what the database's settings guarantee for an acknowledged commit. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'

/**
 * Minimum number of servers with an acknowledged commit on disk: 0 if a crash may lose it; 1; or 2
 * with a synchronous standby.
 */
export const durableCopies = Prisma.sql`CASE
  WHEN current_setting('fsync') = 'off' OR current_setting('synchronous_commit') = 'off' THEN 0
  WHEN current_setting('synchronous_standby_names') = '' OR current_setting('synchronous_commit') IN ('local', 'remote_write') THEN 1
  ELSE 2 END`

/**
 * Why an acknowledged payment might be lost; undefined if it cannot.
 * @param hosts one of a cluster must be able to lose its primary
 */
export async function durabilityFault(database: PrismaClient, hosts: number): Promise<string | undefined> {
  const [row] = await database.$queryRaw<
    [{ copies: number }]
  >`/* database:durability */ SELECT ${durableCopies} AS copies`
  if (row.copies === 0) return 'fsync or synchronous_commit is off: a crash of the database loses acknowledged payments'
  if (row.copies === 1 && hosts > 1) return 'no standby is synchronous: a fail-over may lose acknowledged payments'
  return undefined
}
