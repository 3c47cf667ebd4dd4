/** The cost of a transfer to PostgreSQL: CPU of all its processes, and WAL. */
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { usageOf } from '../gateway/process.ts'
import type { Load } from '../ledger/load.ts'

export interface Cost {
  readonly perSecond: number
  /** Microseconds of all processes of the server, of a transfer. */
  readonly cpu: number
  /** Bytes of a transfer. */
  readonly wal: number
  /** Full-page images of a transfer. */
  readonly images: number
}

/**
 * A number of transfers, not of seconds: page images are written once for each checkpoint, however
 * fast the machine is.
 * @param server the postmaster's pid
 */
export async function measureCost(
  database: PrismaClient,
  server: number,
  { move, pick, inFlight, transfers }: Omit<Load, 'milliseconds'> & { readonly transfers: number },
): Promise<Cost> {
  const before = { wal: await readWal(database), cpu: usageOf(server).cpu, at: performance.now() }
  let begun = 0
  const client = async (): Promise<void> => {
    for (; begun < transfers; ) {
      begun += 1
      await move(...pick())
    }
  }
  await Promise.all(Array.from({ length: inFlight }, client))
  const after = { wal: await readWal(database), cpu: usageOf(server).cpu, at: performance.now() }
  return {
    perSecond: (transfers / (after.at - before.at)) * 1_000,
    cpu: ((after.cpu - before.cpu) * 1_000) / transfers,
    wal: (after.wal.bytes - before.wal.bytes) / transfers,
    images: (after.wal.images - before.wal.images) / transfers,
  }
}

async function readWal(database: PrismaClient): Promise<{ bytes: number; images: number }> {
  const [wal] = await database.$queryRaw<[{ bytes: number; images: number }]>`
    SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes, wal_fpi::float8 AS images FROM pg_stat_wal`
  return wal
}
