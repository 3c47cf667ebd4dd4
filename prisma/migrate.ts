/**
 * Brings a database to the newest migration; `node prisma/migrate.ts` does it for `DATABASE_URL`.
 * Safe with other instances live: one migrates, the others wait as long as it takes and then find
 * nothing to do.
 */
import { Client } from 'pg'
import { runOnDatabase } from './command.ts'
import { readMigrations, withSchemaEngine } from './engine.ts'

/**
 * Any number will do, as long as every instance takes the same. The engine has a lock too, but
 * gives up waiting after ten seconds.
 */
const MIGRATION_LOCK = 4_242_001

/**
 * Applies what is missing and resolves to the names of what it applied. A migration is one
 * transaction: one that fails changes nothing, and rejects with the database's own words.
 * @param url a PostgreSQL connection URL whose role may create tables
 * @param folder of migrations; the project's own where it is left out
 */
export async function migrate(url: string, folder?: string): Promise<readonly string[]> {
  const migrationsList = await readMigrations(folder)
  const guard = new Client({ connectionString: url })
  // Without a listener a server that dies meanwhile would take this process with it; the query in
  // flight rejects anyway.
  guard.on('error', () => {})
  await guard.connect()
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    const { appliedMigrationNames } = await withSchemaEngine(url, (engine) =>
      engine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } }),
    )
    return appliedMigrationNames
  } catch (error) {
    await forgiveFailure(guard)
    throw error
  } finally {
    await guard.end()
  }
}

/**
 * What failed left nothing behind, so the next attempt, with the migration mended, may simply apply
 * it.
 */
async function forgiveFailure(guard: Client): Promise<void> {
  await guard
    .query(
      'UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
    )
    .catch(() => {}) // the database is away, or was never migrated
}

if (import.meta.main)
  await runOnDatabase(async (url) => {
    const applied = await migrate(url)
    return applied.length === 0 ? 'nothing to migrate' : `migrated: ${applied.join(', ')}`
  })
