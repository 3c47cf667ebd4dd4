/**
 * `node prisma/backup.ts <folder>`: writes all data of `DATABASE_URL` into a new folder, as it was at one instant, while the bank goes on
 * working. Needs no tool of PostgreSQL's; `node prisma/restore.ts` reads it back.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Client } from 'pg'
import { to as copyTo } from 'pg-copy-streams' // MIT; COPY for `pg`, by its own maintainers
import { migrationsOf, tablesInOrder } from './backup/tables.ts'
import { runWithDatabase } from './command.ts'

/** What a backup says of itself; written last, so that a backup without it was cut short. */
export interface Manifest {
  readonly migrations: readonly string[]
  /** In the order in which they can be restored. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
}

/** @param folder made anew; rejects with `EEXIST` where it exists */
export async function backup(url: string, folder: string): Promise<Manifest> {
  await mkdir(folder)
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    // One snapshot for all tables: what is committed meanwhile is in none of them.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY')
    const tables: { name: string; rows: number }[] = []
    for (const name of await tablesInOrder(client)) {
      const copy = client.query(copyTo(`COPY "${name}" TO STDOUT`))
      await pipeline(copy, createGzip(), createWriteStream(join(folder, `${name}.copy.gz`)))
      tables.push({ name, rows: copy.rowCount })
    }
    const manifest = { migrations: await migrationsOf(client), tables }
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    return manifest
  } finally {
    await client.end()
  }
}

if (import.meta.main) {
  await runWithDatabase('node prisma/backup.ts <folder>', async (url, folder) => {
    const { tables } = await backup(url, folder)
    return `backed up ${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables`
  })
}
