/**
 * Backup and restore of a service's own database: all tables of the schema `public`, in one
 * snapshot and one transaction.
 */
import { mkdir } from 'node:fs/promises'
import type { Client } from 'pg'
import { z } from 'zod'
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { fillTable } from './backup/fill.ts'
import { readManifest, writeManifest } from './backup/manifest.ts'
import type { OwnDatabase } from './backup/services.ts'
import { hasMigrations, migrationsOf } from './backup/tables.ts'
import { tableWriter } from './backup/write.ts'
import { migrate } from './migrate.ts'
import { createMissing, isMissing } from './service-migrations.ts'

const ownShape = z.object({
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.int().nonnegative() })),
  /** The last value of each that has given one. */
  sequences: z.record(z.string(), z.string()),
})

export type OwnManifest = z.infer<typeof ownShape>

/**
 * Leaves out generated columns, which cannot be written. A partition's rows belong to its parent.
 */
const TABLES = `
  SELECT relname AS name, array_agg(attname::text ORDER BY attnum) AS columns
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    AND relname <> '_prisma_migrations' AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  GROUP BY relname ORDER BY relname`

/**
 * Resolves to `undefined`, and writes nothing, if there is no database. @param folder created by
 * this
 */
export async function backupOwn({ url }: OwnDatabase, folder: string): Promise<OwnManifest | undefined> {
  if (await isMissing(url)) return undefined
  const client = await openClient(url)
  try {
    if (!(await hasMigrations(client))) return undefined
    await mkdir(folder, { recursive: true })
    const write = tableWriter(client, folder)
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    const migrations = await migrationsOf(client)
    const tables: OwnManifest['tables'] = []
    for (const { name, columns } of (await client.query<{ name: string; columns: string[] }>(TABLES)).rows) {
      const rows = await write(name, [`SELECT ${quoted(columns)} FROM ${quoted([name])}`])
      tables.push({ name, columns, rows })
    }
    await client.query('COMMIT')
    // No snapshot holds sequences: read last, they are beyond every row that was copied.
    const { rows } = await client.query<{ name: string; last: string }>(
      `SELECT sequencename AS name, last_value AS last FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL`,
    )
    const sequences = Object.fromEntries(rows.map(({ name, last }) => [name, last]))
    const manifest = { migrations, tables, sequences }
    await writeManifest(folder, manifest)
    return manifest
  } finally {
    await client.end()
  }
}

/** A restored database whose transaction is not committed yet. */
export interface Restored {
  readonly service: string
  readonly tables: OwnManifest['tables']
  commit(): Promise<void>
  /** Rolls it back unless it is committed. */
  close(): Promise<void>
}

/** Creates the database if it is missing. @throws Error if it holds rows, or has another version */
export async function restoreOwn({ service, url, migrations }: OwnDatabase, folder: string): Promise<Restored> {
  const manifest = await readManifest(folder, ownShape)
  await createMissing(url)
  const client = await openClient(url)
  try {
    if (await hasMigrations(client)) await checkEmpty(client, service)
    await migrate(url, migrations)
    // It stays open until the bank is restored, however long that takes.
    await client.query('SET idle_in_transaction_session_timeout = 0')
    await client.query('BEGIN')
    if (JSON.stringify(await migrationsOf(client)) !== JSON.stringify(manifest.migrations))
      throw new Error(`The backup of ${service} is of another version: restore it with that version, then migrate.`)
    await fill(client, folder, manifest)
  } catch (error) {
    await client.end()
    throw error
  }
  return {
    service,
    tables: manifest.tables,
    commit: async () => void (await client.query('COMMIT')),
    close: () => client.end(),
  }
}

async function checkEmpty(client: Client, service: string): Promise<void> {
  for (const { name } of (await client.query<{ name: string }>(TABLES)).rows) {
    const { rowCount } = await client.query(`SELECT FROM ${quoted([name])} LIMIT 1`)
    if (rowCount !== 0) throw new Error(`The database of ${service} has rows in "${name}": restore into an empty one.`)
  }
}

async function fill(client: Client, folder: string, { tables, sequences }: OwnManifest): Promise<void> {
  const names = tables.map(({ name }) => quoted([name]))
  for (const name of names) await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`)
  // Tables may refer to each other in circles, so references are checked once all rows are there.
  const keys = await immediateKeys(client)
  for (const { table, key } of keys)
    await client.query(`ALTER TABLE ${table} ALTER CONSTRAINT ${quoted([key])} DEFERRABLE INITIALLY DEFERRED`)
  // The backup contains the rows that migrations inserted.
  if (names.length > 0) await client.query(`TRUNCATE ${names.join(', ')}`)
  await client.query('SET CONSTRAINTS ALL DEFERRED')
  for (const table of tables)
    await fillTable(client, folder, table, `${quoted([table.name])} (${quoted(table.columns)})`)
  for (const [name, last] of Object.entries(sequences))
    await client.query('SELECT setval(quote_ident($1)::regclass, $2)', [name, last])
  await client.query('SET CONSTRAINTS ALL IMMEDIATE')
  for (const { table, key } of keys)
    await client.query(`ALTER TABLE ${table} ALTER CONSTRAINT ${quoted([key])} NOT DEFERRABLE`)
  for (const name of names) await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`)
}

/** Foreign keys that are checked with each statement; those of partitions follow their parent's. */
async function immediateKeys(client: Client): Promise<readonly { readonly table: string; readonly key: string }[]> {
  const { rows } = await client.query<{ table: string; key: string }>(
    `SELECT conrelid::regclass::text AS "table", conname AS key FROM pg_constraint
     WHERE contype = 'f' AND NOT condeferrable AND conparentid = 0 AND connamespace = 'public'::regnamespace`,
  )
  return rows
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ')
