/**
 * `node prisma/epoch.ts`: begins a new epoch of `DATABASE_URL`'s ledger after a tool other than
 * `prisma/restore.ts` restored it to an earlier point. Clients, cursors and webhooks still hold
 * numbers from after that point, so these are never used again.
 */
import type { ClientBase } from 'pg'
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { runOnDatabase } from './command.ts'

/**
 * Events and accounts continue from the current time, in microseconds and milliseconds since 2020.
 * No earlier epoch can have used these numbers: none writes a million events or opens a thousand
 * accounts per second. Account numbers last until 2051.
 */
const TARGET = `
  SELECT sequence::text, account::text FROM ledger, LATERAL (
    SELECT extract(epoch FROM clock_timestamp() - timestamptz '2020-01-01T00:00:00Z') AS seconds
  ) AS clock, LATERAL (
    SELECT (seconds * 1000000)::bigint AS sequence, 99010110000000 + (seconds * 1000)::bigint AS account
  ) AS target
  WHERE last_at <= clock_timestamp() AND last_sequence < sequence AND last_account < account`

/** Takes the lock of the service's upkeep: both create missing partitions. */
const COVER = `
  WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(4242003))
  SELECT cover_numbers(whole, $1::bigint, $1::bigint + 4 * partition_size())
  FROM held, unnest(ARRAY['transfers', 'outbox', 'entries']) AS whole`

const LEAP = `
  WITH head AS (
    SELECT *, clock_timestamp() AS now FROM ledger WHERE id = 1 FOR NO KEY UPDATE
  ), leap AS (
    INSERT INTO ledger_restores (from_sequence, to_sequence, from_account, to_account, at)
    SELECT last_sequence, $1::bigint, last_account, $2::bigint, now FROM head
    WHERE last_at <= now AND last_sequence < $1::bigint AND last_account < $2::bigint
    RETURNING to_sequence, to_account
  )
  UPDATE ledger SET last_sequence = to_sequence, last_account = to_account FROM leap WHERE id = 1 RETURNING last_sequence`

/**
 * A service may write meanwhile: there are partitions for the new numbers before the first is used.
 * @throws Error if the clock is behind the ledger, and so could repeat numbers
 */
export async function beginEpoch(client: Pick<ClientBase, 'query'>): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ sequence: string; account: string }>(TARGET)
    const [target] = rows
    if (!target) throw new Error("The database's clock is behind the ledger: set it right, and do this again.")
    await client.query(COVER, [target.sequence])
    const { rowCount } = await client.query(LEAP, [target.sequence, target.account])
    if (rowCount === 1) return
    // Another epoch began at the same time, behind these numbers.
  }
}

if (import.meta.main)
  await runOnDatabase(async (url) => {
    const client = await openClient(url)
    await beginEpoch(client).finally(() => client.end())
    return 'a new epoch has begun: no number of the undone history is used again'
  })
