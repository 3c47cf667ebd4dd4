/** The tables of a backup: all of them, in an order that foreign keys allow. */
import type { ClientBase } from 'pg'

/** Prisma's own table is not data: it lists the migrations that a backup belongs to. */
const MIGRATIONS = '_prisma_migrations'

/** Tables that a restore derives from the others: the memory of keys, and the locations of rows. */
const DERIVED = ['operation_keys', 'key_segments', 'key_buckets', 'ledger_partitions']

export async function tablesInOrder(client: ClientBase): Promise<string[]> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND relname <> ALL($1) ORDER BY relname`,
    [[MIGRATIONS, ...DERIVED]],
  )
  const { rows: references } = await client.query<{ from: string; to: string }>(
    `SELECT f.relname AS "from", t.relname AS "to" FROM pg_constraint c
     JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
     WHERE c.contype = 'f' AND c.conrelid <> c.confrelid AND f.relnamespace = 'public'::regnamespace`,
  )
  const ordered: string[] = []
  const place = (name: string): void => {
    if (ordered.includes(name)) return
    for (const { from, to } of references) if (from === name) place(to)
    ordered.push(name)
  }
  for (const { name } of tables) place(name)
  return ordered
}

/** False of a database that nothing has been migrated in. */
export async function hasMigrations(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>(`SELECT to_regclass('public.${MIGRATIONS}') IS NOT NULL AS has`)
  return rows[0]?.has === true
}

/** The migrations a database has, oldest first. */
export async function migrationsOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM "${MIGRATIONS}" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY 1`,
  )
  return rows.map(({ name }) => name)
}
