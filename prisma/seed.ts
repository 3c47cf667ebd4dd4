/**
 * Fills a migrated database with the demo; `node prisma/seed.ts` does it for `DATABASE_URL`. A
 * second run changes nothing.
 */
import { runOnDatabase } from './command.ts'
import { isThere } from './seed/there.ts'

/**
 * Runs in one transaction. Leaves a database with any other data unchanged.
 * @param url a migrated database
 * @returns false if it was left unchanged
 */
export async function seed(url: string): Promise<boolean> {
  if (await isThere(url)) return true
  // Imported lazily: Prisma and the ledger are most of what a start with the demo would load.
  const { fillDemo } = await import('./seed/fill.ts')
  return fillDemo(url)
}

if (import.meta.main)
  await runOnDatabase(async (url) => {
    const isDemo = await seed(url)
    return isDemo ? 'the demo data is there' : 'the database holds data of its own, and no demo data was added'
  })
