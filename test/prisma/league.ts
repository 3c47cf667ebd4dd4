/** A service with its own database, which has everything that makes a restore hard. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { OwnDatabase } from '../../prisma/backup/services.ts'
import { migrate } from '../../prisma/migrate.ts'
import { query } from '../support/database.ts'

/**
 * Circular references between teams and people, a row from a migration, a trigger that refuses new
 * rows, sequences, a generated column, and partitions.
 */
const TABLES = `
  CREATE TABLE teams (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "The ""Name""" text, captain integer);
  CREATE TABLE people (
    id serial PRIMARY KEY,
    team integer NOT NULL REFERENCES teams ON DELETE RESTRICT,
    name text,
    loud text GENERATED ALWAYS AS (upper(name)) STORED
  );
  ALTER TABLE teams ADD CONSTRAINT teams_captain FOREIGN KEY (captain) REFERENCES people ON DELETE RESTRICT;
  CREATE TABLE scores (person integer REFERENCES people, year integer) PARTITION BY LIST (year);
  CREATE TABLE scores_2025 PARTITION OF scores FOR VALUES IN (2025);
  CREATE TABLE scores_2026 PARTITION OF scores FOR VALUES IN (2026);
  INSERT INTO teams ("The ""Name""") VALUES ('there from the beginning');
  CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'nobody scores now'; END $$;`
const TRIGGER = 'CREATE TRIGGER over BEFORE INSERT ON scores FOR EACH ROW EXECUTE FUNCTION refuse();'

const ROWS = `
  UPDATE teams SET "The ""Name""" = 'Lions';
  INSERT INTO teams ("The ""Name""") VALUES ('Tigers');
  INSERT INTO people (team, name) VALUES (1, 'Ana'), (2, E'Tab\\there');
  UPDATE teams SET captain = id;
  INSERT INTO scores VALUES (1, 2025), (2, 2026), (2, 2026);`

/** Writes its migrations. @param url of a database that need not exist */
export async function describeService(folder: string, url: string): Promise<OwnDatabase> {
  const migrations = join(folder, 'migrations')
  for (const [name, text] of [
    ['1_tables', TABLES],
    ['2_over', TRIGGER],
  ] as const) {
    await mkdir(join(migrations, name), { recursive: true })
    await writeFile(join(migrations, name, 'migration.sql'), text)
  }
  await writeFile(join(migrations, 'migration_lock.toml'), 'provider = "postgresql"\n')
  return { service: 'league', url, migrations }
}

/** Migrates its database, and fills it as the service would. */
export async function fillService({ url, migrations }: OwnDatabase): Promise<void> {
  await migrate(url, migrations)
  await query(url, `ALTER TABLE scores DISABLE TRIGGER over; ${ROWS} ALTER TABLE scores ENABLE TRIGGER over`)
}

/** All rows of the database. */
export const rowsOf = async (url: string): Promise<unknown> => ({
  teams: await query(url, 'SELECT * FROM teams ORDER BY id'),
  people: await query(url, 'SELECT * FROM people ORDER BY id'),
  scores: await query(url, 'SELECT tableoid::regclass::text, * FROM scores ORDER BY 1, 2'),
})
