/**
 * `node prisma/backup.ts <folder>`: writes all data of the bank (`DATABASE_URL`), as of one
 * instant, into a new folder, while the bank keeps working at full speed. Says which services have
 * databases of their own, which it does not hold. Needs no PostgreSQL tools;
 * `node prisma/restore.ts` reads it back.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { to as copyTo } from 'pg-copy-streams' // MIT; COPY for `pg`, by its own maintainers
import { openClient } from '../subgraphs/banking/database/connect.ts'
import { grown, type Head, PENDING_TRANSFERS, pieces } from './backup/copies.ts'
import { saidOfOthers, servicesBeside } from './backup/others.ts'
import { migrationsOf, tablesInOrder } from './backup/tables.ts'
import { runWithDatabase } from './command.ts'

/** The manifest of a backup. Written last: a backup without it is incomplete. */
export interface Manifest {
  readonly migrations: readonly string[]
  /** In the order of restoring. */
  readonly tables: readonly { readonly name: string; readonly rows: number }[]
}

/** @param folder created by this; rejects with `EEXIST` if it exists */
export async function backup(url: string, folder: string): Promise<Manifest> {
  await mkdir(folder)
  const client = await openClient(url)
  const rows = new Map<string, number>()
  /** Appends the rows of the queries to a table's file. Gzip files may be concatenated. */
  const write = async (name: string, queries: AsyncIterable<string> | Iterable<string>): Promise<void> => {
    const text = async function* (): AsyncGenerator<Buffer> {
      for await (const query of queries) {
        const copy = client.query(copyTo(`COPY (${query}) TO STDOUT`))
        yield* copy
        // The rows end before the server has told their number: it has once it answers again.
        await client.query('')
        rows.set(name, (rows.get(name) ?? 0) + copy.rowCount)
      }
    }
    await pipeline(text, createGzip(), createWriteStream(join(folder, `${name}.copy.gz`), { flags: 'a' }))
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
    const manifest = { migrations, tables: names.map((name) => ({ name, rows: rows.get(name) ?? 0 })) }
    await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
    return manifest
  } finally {
    await client.end()
  }
}

if (import.meta.main) {
  await runWithDatabase('node prisma/backup.ts <folder>', async (url, folder) => {
    const { tables } = await backup(url, folder)
    const rows = tables.reduce((sum, one) => sum + one.rows, 0)
    return `backed up ${rows} rows of ${tables.length} tables${saidOfOthers(await servicesBeside())}`
  })
}
