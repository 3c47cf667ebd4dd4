/**
 * Applies all missing migrations; `node prisma/migrate.ts` does it for `DATABASE_URL`. Several
 * instances may call it at once: one migrates, and the others wait and then find nothing to do.
 */
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { hasMigrations, migrationsOf } from './backup/tables.ts'
import { runOnDatabase } from './command.ts'
import type { Query } from './engine.ts'
import { MIGRATIONS, migrationNames } from './migration-names.ts'

/**
 * An arbitrary number, the same for every instance. The engine's own lock gives up after ten
 * seconds.
 */
const MIGRATION_LOCK = 4_242_001

/**
 * Resolves to the names of the applied migrations. Each is one transaction: one that fails changes
 * nothing, and rejects with the database's message.
 * @param url a PostgreSQL connection URL whose role may create tables
 * @param folder of migrations; by default the project's
 */
export async function migrate(url: string, folder: string = MIGRATIONS): Promise<readonly string[]> {
  if (await hasAll(url, await migrationNames(folder))) return []
  // Imported lazily: the engine takes a second of CPU, and most starts have nothing to migrate.
  const { readMigrations, withSchemaEngine } = await import('./engine.ts')
  const migrationsList = await readMigrations(folder)
  return withSchemaEngine(url, async (engine, query) => {
    // Held by the session that runs the scripts: if this process is killed, the lock is free only
    // once the server has finished them.
    await query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`)
    await forgiveUnfinished(query)
    const filters = { externalTables: [], externalEnums: [] }
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters })
    return appliedMigrationNames
  })
}

async function hasAll(url: string, names: readonly string[]): Promise<boolean> {
  const client = await openClient(url)
  try {
    if (!(await hasMigrations(client))) return false
    const applied = new Set(await migrationsOf(client))
    return names.every((name) => applied.has(name))
  } finally {
    await client.end()
  }
}

/** A failed or interrupted migration left nothing behind, so it may be applied again. */
async function forgiveUnfinished(query: Query): Promise<void> {
  await query(`DO $$ BEGIN
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
      UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL;
    END IF;
  END $$`)
}

/** A line for people. @param applied names of the applied migrations */
export const describeMigration = (applied: readonly string[]): string =>
  applied.length === 0 ? 'nothing to migrate' : `migrated: ${applied.join(', ')}`

if (import.meta.main) await runOnDatabase(async (url) => describeMigration(await migrate(url)))
