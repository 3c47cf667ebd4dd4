/**
 * Marks the database connections of an instance, so that another one can end them: a process that
 * was stopped in a transaction would keep its locks.
 */
import { randomInt } from 'node:crypto'
import type { ClientBase } from 'pg'

/** Class of the advisory locks that are the marks: arbitrary, the same for every instance. */
const MARK = 4_242_002
const LONGEST = 250 // milliseconds to wait for one of them to end

/** Identifies a process at the database for as long as it runs. */
export const newInstance = (): number => randomInt(1, 2 ** 31 - 1)

/**
 * Takes a shared lock of the session, which lasts exactly as long as the connection. Nobody waits
 * for it.
 */
export async function markBackend(client: ClientBase, instance: number): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared($1, $2)', [MARK, instance])
}

/**
 * Ends all marked connections of an instance. Resolves to their number once they have ended. Those
 * of another role would be refused, and are left to their time-outs.
 */
export async function endBackends(client: ClientBase, instance: number): Promise<number> {
  const { rowCount } = await client.query(
    `SELECT pg_terminate_backend(pid, $3) FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE usename = current_user AND locktype = 'advisory' AND classid = $1 AND objid = $2 AND objsubid = 2
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [MARK, instance, LONGEST],
  )
  return rowCount ?? 0
}
