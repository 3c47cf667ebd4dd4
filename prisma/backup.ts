/**
 * `node prisma/backup.ts <folder>`: writes all data of the bank (`DATABASE_URL`), as of one
 * instant, into a new folder, while the bank keeps working at full speed; and the databases that
 * services have to themselves, where `npm start` looks for them. Needs no PostgreSQL tools;
 * `node prisma/restore.ts` reads it back.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { grown, type Head, PENDING_TRANSFERS, pieces } from './backup/copies.ts'
import { writeManifest } from './backup/manifest.ts'
import { notFound, type OwnDatabase, ownDatabases, said } from './backup/services.ts'
import { migrationsOf, tablesInOrder } from './backup/tables.ts'
import { tableWriter } from './backup/write.ts'
import { runWithDatabase } from './command.ts'
import { backupOwn, type OwnManifest } from './own-database.ts'

/** The manifest of a backup. */
export interface Manifest {
  readonly migrations: readonly string[]
  /** Tables in the order of restoring. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
  /** The services whose databases it holds too. */
  readonly services: readonly string[]
}

/** Where a backup keeps the database of a service. */
export const folderOf = (folder: string, service: string): string => join(folder, 'services', service)

interface Backup extends Manifest {
  /** The manifest of each service with a database of its own. */
  readonly own: readonly (OwnManifest & { readonly service: string })[]
}

/** @param folder created by this; rejects with `EEXIST` if it exists */
export async function backup(url: string, folder: string, services: readonly OwnDatabase[] = []): Promise<Backup> {
  await mkdir(folder)
  const own: Backup['own'][number][] = []
  // Before the bank: what they know of it is then in the bank's backup, whose history only grows.
  for (const each of services) {
    const manifest = await backupOwn(each, folderOf(folder, each.service))
    if (manifest) own.push({ service: each.service, ...manifest })
  }
  const client = await openClient(url)
  const rows = new Map<string, number>()
  const writeRows = tableWriter(client, folder)
  const write = async (...[name, queries]: Parameters<typeof writeRows>): Promise<void> => {
    const written = await writeRows(name, queries)
    rows.set(name, (rows.get(name) ?? 0) + written)
  }
  try {
    const names = await tablesInOrder(client)
    // One snapshot of everything that changes. It ends before the long tables are copied, because
    // it slows writers.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    const [head] = (await client.query<Head>('SELECT * FROM ledger')).rows
    if (!head) throw new Error('The ledger has no head: the database is not migrated.')
    const migrations = await migrationsOf(client)
    const pending = (await client.query<{ id: string }>(PENDING_TRANSFERS)).rows.map(({ id }) => BigInt(id))
    await write('transfers', [PENDING_TRANSFERS])
    for (const name of names.filter((each) => !Object.hasOwn(grown, each)))
      await write(name, [`SELECT * FROM "${name}"`])
    await client.query('COMMIT')
    for (const [name, table] of Object.entries(grown))
      await write(name, pieces(client, name, table, head, name === 'transfers' ? pending : []))
    const tables = names.map((name) => ({ name, rows: rows.get(name) ?? 0 }))
    const manifest: Manifest = { migrations, tables, services: own.map(({ service }) => service) }
    await writeManifest(folder, manifest)
    return { ...manifest, own }
  } finally {
    await client.end()
  }
}

if (import.meta.main) {
  await runWithDatabase('node prisma/backup.ts <folder>', async (url, folder) => {
    const services = await ownDatabases(url, process.env)
    const { tables, own } = await backup(url, folder, services)
    const missing = services.filter(({ service }) => own.every((each) => each.service !== service))
    return said('backed up', tables, own, missing.map(notFound))
  })
}
