/**
 * Moves the clock of one database by replacing `clock_timestamp()` in sessions that begin after the
 * installation.
 */
import { Client } from 'pg'

export interface MovedClock {
  /** @param milliseconds offset from the true time */
  move(milliseconds: number): Promise<void>
}

export async function installMovedClock(url: string): Promise<MovedClock> {
  await runOnce(url, [
    `CREATE SCHEMA moved;
    CREATE TABLE moved.clock (shift interval NOT NULL);
    INSERT INTO moved.clock VALUES ('0');
    CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.clock_timestamp() + (SELECT shift FROM moved.clock)';`,
  ])
  await runOnce(url, [`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET search_path = moved, pg_catalog, public`])
  return {
    move: (milliseconds) =>
      runOnce(url, ["UPDATE moved.clock SET shift = $1 * interval '1 millisecond'", [milliseconds]]),
  }
}

/** Uses a new connection, so that a killed server breaks no later call. */
async function runOnce(url: string, statement: readonly [text: string, values?: readonly unknown[]]): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(statement[0], statement[1] && [...statement[1]])
  } finally {
    await client.end()
  }
}
