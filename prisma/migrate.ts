/**
 * Applies all missing migrations; `node prisma/migrate.ts` does it for `DATABASE_URL`. Several
 * instances may call it at once: one migrates, and the others wait and then find nothing to do.
 */
import { Client } from 'pg'
import { runOnDatabase } from './command.ts'
import { readMigrations, withSchemaEngine } from './engine.ts'

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
export async function migrate(url: string, folder?: string): Promise<readonly string[]> {
  const migrationsList = await readMigrations(folder)
  const guard = new Client({ connectionString: url })
  // Without a listener a dying server would end this process; the query in flight rejects in any
  // case.
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

/** A failed migration left nothing behind, so the corrected one may be applied. */
async function forgiveFailure(guard: Client): Promise<void> {
  await guard
    .query(
      'UPDATE "_prisma_migrations" SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
    )
    .catch(() => {}) // the database is unreachable, or was never migrated
}

if (import.meta.main)
  await runOnDatabase(async (url) => {
    const applied = await migrate(url)
    return applied.length === 0 ? 'nothing to migrate' : `migrated: ${applied.join(', ')}`
  })
