/**
 * Reads the clocks once a second, so that a step and its end are detected before the next payment.
 * Writes nothing.
 */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { ClockReading, LedgerClock } from './clock.ts'

const clockQuery = Prisma.sql`/* ledger:clock */ SELECT clock_timestamp() AS now, last_at AS last FROM ledger WHERE id = 1`

/** Reads the clocks once. @param onReading called with each reading, for the metrics */
export async function watchClock(
  database: PrismaClient,
  clock: LedgerClock,
  onReading: (reading: ClockReading) => void,
): Promise<void> {
  const asked = Date.now()
  const [row] = await database.$queryRaw<{ now: Date; last: Date }[]>(clockQuery)
  if (!row) return
  const reading = { database: row.now.getTime(), asked, answered: Date.now(), monotonic: performance.now() }
  onReading(reading)
  clock.observe(reading, row.last.toISOString())
}
