/** What a transfer costs PostgreSQL: CPU of all its processes, and WAL. */
import type { PrismaClient } from '../../prisma/generated/client.ts'
import { usageOf } from '../gateway/process.ts'
import { type Load, measureLoad } from '../ledger/load.ts'

export interface Cost {
  readonly perSecond: number
  /** Microseconds of all processes of the server, of a transfer. */
  readonly cpu: number
  /** Bytes of a transfer. */
  readonly wal: number
  /** Full-page images of a transfer. */
  readonly images: number
}

/** @param server the postmaster's pid */
export async function measureCost(database: PrismaClient, server: number, load: Load): Promise<Cost> {
  let moved = 0
  const move: Load['move'] = async (from, to) => {
    await load.move(from, to)
    moved += 1
  }
  const before = { wal: await readWal(database), cpu: usageOf(server).cpu }
  const { perSecond } = await measureLoad({ ...load, move })
  const after = { wal: await readWal(database), cpu: usageOf(server).cpu }
  return {
    perSecond,
    cpu: ((after.cpu - before.cpu) * 1_000) / moved,
    wal: (after.wal.bytes - before.wal.bytes) / moved,
    images: (after.wal.images - before.wal.images) / moved,
  }
}

async function readWal(database: PrismaClient): Promise<{ bytes: number; images: number }> {
  const [wal] = await database.$queryRaw<[{ bytes: number; images: number }]>`
    SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 AS bytes, wal_fpi::float8 AS images FROM pg_stat_wal`
  return wal
}
