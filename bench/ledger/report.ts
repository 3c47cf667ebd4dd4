/**
 * Formats the ledger's figures as tables. Ratios come first, because only they transfer to another
 * machine.
 */
import type { PrismaClient } from '../../prisma/generated/client.ts'
import type { Measured } from './load.ts'

export interface LoadResult {
  readonly pattern: string
  readonly inFlight: number
  readonly baseline: Measured
  readonly ledger: Measured
}

/** The server's durability settings. */
export async function durabilityLine(database: PrismaClient): Promise<string> {
  const [server] = await database.$queryRaw<[{ version: string; fsync: string; commit: string }]>`
    SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
      current_setting('synchronous_commit') AS commit`
  return `PostgreSQL ${server.version}, fsync ${server.fsync}, synchronous_commit ${server.commit}`
}

const columns = ['load', 'in flight', 'baseline/s', 'ledger/s', 'ratio', 'baseline p99', 'ledger p50', 'ledger p99']

export function reportLoads(results: readonly LoadResult[]): string {
  const rows = results.map(({ pattern, inFlight, baseline, ledger }) => [
    pattern,
    `${inFlight}`,
    baseline.perSecond.toFixed(0),
    ledger.perSecond.toFixed(0),
    `${(ledger.perSecond / baseline.perSecond).toFixed(1)}×`,
    `${baseline.p99.toFixed(0)} ms`,
    `${ledger.p50.toFixed(1)} ms`,
    `${ledger.p99.toFixed(1)} ms`,
  ])
  return table([columns, ...rows])
}

export function reportAlone(row: Measured, transfer: Measured): string {
  const ratio = (transfer.p50 / row.p50).toFixed(1)
  return `One transfer alone: ${transfer.p50.toFixed(2)} ms (median), ${ratio}× one durable single-row INSERT (${row.p50.toFixed(2)} ms)`
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n')
}
