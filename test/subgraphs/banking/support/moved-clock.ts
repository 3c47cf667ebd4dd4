/** Moves the clock of one database, whose sessions then see another `clock_timestamp()`. Of sessions that begin after it is installed. */
import { Client } from 'pg'

export interface MovedClock {
  /** @param milliseconds from the truth */
  move(milliseconds: number): Promise<void>
  close(): Promise<void>
}

export async function installMovedClock(url: string): Promise<MovedClock> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`
    CREATE SCHEMA moved;
    CREATE TABLE moved.clock (shift interval NOT NULL);
    INSERT INTO moved.clock VALUES ('0');
    CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
      AS 'SELECT pg_catalog.clock_timestamp() + (SELECT shift FROM moved.clock)';
  `)
  await client.query(`ALTER DATABASE "${new URL(url).pathname.slice(1)}" SET search_path = moved, pg_catalog, public`)
  return {
    async move(milliseconds) {
      await client.query("UPDATE moved.clock SET shift = $1 * interval '1 millisecond'", [milliseconds])
    },
    close: () => client.end(),
  }
}
