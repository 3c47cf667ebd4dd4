/** A history between two restores, on a database of its own, which keeps what the restore undid. */
import { restore } from '../../../../prisma/restore.ts'
import { openClient } from '../../../../subgraphs/banking/database/connect.ts'
import type { Cut, Logged, OutboxEvent } from './history.ts'

export interface Era {
  readonly databaseUrl: string
  /** The end of the backup that it began with. */
  readonly cut: Cut | undefined
}

/** An era as recorded by its database. */
export interface EraRecord {
  readonly cut: Cut | undefined
  /** From the first operation of the run on, in order. */
  readonly log: readonly Logged[]
  /** Refusal of each day of a schedule, or null, by the key of the operation. */
  readonly runs: ReadonlyMap<string, string | null>
  readonly outbox: readonly OutboxEvent[]
}

/** Creates a database on the same server and restores a backup into it. */
export async function restoreInto(beside: string, name: string, folder: string): Promise<Era> {
  await query(beside, `CREATE DATABASE "${name}"`)
  const databaseUrl = Object.assign(new URL(beside), { pathname: `/${name}` }).href
  await restore(databaseUrl, folder)
  const [row] = await query(
    databaseUrl,
    `SELECT (SELECT max(number) FROM operations)::text AS operation, (SELECT max(sequence) FROM outbox)::text AS sequence`,
  )
  return { databaseUrl, cut: { operation: BigInt(row?.['operation'] ?? 0), sequence: BigInt(row?.['sequence'] ?? 0) } }
}

export async function lastOperation(databaseUrl: string): Promise<bigint> {
  const [row] = await query(databaseUrl, 'SELECT last_operation::text AS last FROM ledger')
  return BigInt(row?.['last'])
}

export async function writerAddress(databaseUrl: string): Promise<string | null> {
  const [row] = await query(databaseUrl, 'SELECT address FROM ledger_writer')
  return row?.['address'] ?? null
}

/** @param after number of the last operation before the run */
export async function readRecord({ databaseUrl, cut }: Era, after: bigint): Promise<EraRecord> {
  const log = await query(
    databaseUrl,
    `SELECT number::text, key, name, refusal, subject, at FROM operations WHERE number > ${after} ORDER BY operations.number`,
  )
  const runs = await query(databaseUrl, `SELECT schedule_id || ' ' || due_on AS key, refusal FROM schedule_runs`)
  const outbox = await query(
    databaseUrl,
    `SELECT sequence::text, kind, transfer_id::text AS transfer, amount::text, debit_account_id::text AS debit,
      credit_account_id::text AS credit FROM outbox ORDER BY outbox.sequence`,
  )
  return {
    cut,
    log: log.map((row) => ({ ...row, number: BigInt(row['number']), at: row['at'].toISOString() })) as Logged[],
    runs: new Map(runs.map(({ key, refusal }) => [key, refusal])),
    outbox: outbox.map((row) => ({ ...row, sequence: BigInt(row['sequence']) })) as OutboxEvent[],
  }
}

// biome-ignore lint/suspicious/noExplicitAny: rows have the shape of whatever is asked for
async function query(url: string, text: string): Promise<{ [column: string]: any }[]> {
  const client = await openClient(url)
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}
