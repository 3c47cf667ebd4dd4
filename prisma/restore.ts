/**
 * `node prisma/restore.ts <folder>`: fills the empty database `DATABASE_URL` from a backup, in one
 * transaction, and those that services have to themselves. Never touches a database with a history.
 * Begins a new epoch of the ledger, and verifies it.
 */
import type { Client } from 'pg'
import { z } from 'zod'
import { AT_ONCE, verifyLedger } from '../subgraphs/banking/audit/verify.ts'
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { openDatabase } from '../subgraphs/banking/database/open.ts'
import { type Filled, fillTable } from './backup/fill.ts'
import { readManifest } from './backup/manifest.ts'
import { type OwnDatabase, ownDatabases, said } from './backup/services.ts'
import { migrationsOf, tablesInOrder } from './backup/tables.ts'
import { folderOf, type Manifest } from './backup.ts'
import { runWithDatabase } from './command.ts'
import { beginEpoch } from './epoch.ts'
import { migrate } from './migrate.ts'
import { type Restored, restoreOwn } from './own-database.ts'

const manifestShape = z.object({
  migrations: z.array(z.string()),
  tables: z.array(z.object({ name: z.string(), rows: z.int().nonnegative() })),
  services: z.array(z.string()).default([]),
})

interface Restore extends Manifest {
  readonly own: readonly Pick<Restored, 'service' | 'tables'>[]
}

/**
 * @param services the databases of services, existing or to be created
 * @throws Error if a database is not empty, or the backup is of another version, incomplete or
 * altered
 */
export async function restore(url: string, folder: string, services: readonly OwnDatabase[] = []): Promise<Restore> {
  const manifest = await readManifest(folder, manifestShape)
  const own: Restored[] = []
  try {
    for (const name of manifest.services) {
      const place = services.find(({ service }) => service === name)
      if (!place) throw new Error(`The backup holds the database of ${name}, which is no service here.`)
      own.push(await restoreOwn(place, folderOf(folder, name)))
    }
    await restoreBank(url, folder, manifest)
    // Committed only after the bank's database: if anything fails before, they stay empty.
    for (const each of own) await each.commit()
    return { ...manifest, own }
  } finally {
    await Promise.all(own.map((each) => each.close()))
  }
}

async function restoreBank(url: string, folder: string, manifest: Manifest): Promise<void> {
  await migrate(url)
  const client = await openClient(url)
  try {
    await client.query('BEGIN')
    await client.query('LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE')
    await checkTarget(client, manifest)
    const tables = await tablesInOrder(client)
    for (const name of tables) await client.query(`ALTER TABLE "${name}" DISABLE TRIGGER USER`)
    // The backup contains the rows that migrations inserted.
    for (const name of tables.toReversed()) await client.query(`DELETE FROM "${name}"`)
    const fill = (table: Filled): Promise<void> => fillTable(client, folder, table, `"${table.name}"`)
    for (const table of manifest.tables.filter(tellsOfNumbers)) await fill(table)
    await client.query('SELECT cover_history()')
    for (const table of manifest.tables.filter((each) => !tellsOfNumbers(each))) await fill(table)
    await client.query('SELECT rebuild_keys(last_operation) FROM ledger')
    for (const name of tables) await client.query(`ALTER TABLE "${name}" ENABLE TRIGGER USER`)
    await beginEpoch(client)
    await client.query('COMMIT')
    await client.query('ANALYZE')
  } finally {
    await client.end()
  }
  await checkRestored(url)
}

/** True for what says which numbers there are, and so which partitions the rows need. */
const tellsOfNumbers = ({ name }: { readonly name: string }): boolean => name === 'ledger' || name === 'ledger_restores'

/** The hash chain proves that the backup is unaltered. */
async function checkRestored(url: string): Promise<void> {
  const database = openDatabase({ url, connections: AT_ONCE })
  const verdict = await verifyLedger(database).finally(() => database.$disconnect())
  if (!verdict.sound) throw new Error(`The backup was restored, but is not as it was written: ${verdict.problem}.`)
}

async function checkTarget(client: Client, manifest: Manifest): Promise<void> {
  const { rows } = await client.query<{ last: string }>('SELECT last_operation AS last FROM ledger')
  if (rows[0]?.last !== '0') throw new Error('The database already has a history: restore into an empty one.')
  const here = await migrationsOf(client)
  if (JSON.stringify(here) !== JSON.stringify(manifest.migrations))
    throw new Error('The backup is of another version of the schema: restore it with that version, then migrate.')
  const names = new Set(await tablesInOrder(client))
  const unknown = manifest.tables.filter(({ name }) => !names.has(name))
  if (unknown.length > 0 || names.size !== manifest.tables.length)
    throw new Error('The backup does not hold exactly the tables of this version.')
}

if (import.meta.main) {
  await runWithDatabase('node prisma/restore.ts <folder>', async (url, folder) => {
    const services = await ownDatabases(url, process.env)
    const { tables, own, services: held } = await restore(url, folder, services)
    const missing = services.filter(({ service }) => !held.includes(service))
    return said(
      'restored',
      tables,
      own,
      missing.map(({ service }) => `not of ${service}: the backup has nothing of it`),
    )
  })
}
