/** Writes the rows of queries into the files of a backup. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ClientBase } from 'pg'
import { to as copyTo } from 'pg-copy-streams' // MIT; COPY for `pg`, by its own maintainers

/** Appends the rows of the queries to a table's file, and resolves to how many they are. */
type WriteRows = (name: string, queries: AsyncIterable<string> | Iterable<string>) => Promise<number>

export const tableWriter =
  (client: ClientBase, folder: string): WriteRows =>
  async (name, queries) => {
    let rows = 0
    const text = async function* (): AsyncGenerator<Buffer> {
      for await (const query of queries) {
        const copy = client.query(copyTo(`COPY (${query}) TO STDOUT`))
        yield* copy
        // The rows end before the server reports their number; it has when it answers the next
        // query.
        await client.query('')
        rows += copy.rowCount
      }
    }
    // Gzip files may be concatenated.
    await pipeline(text, createGzip(), createWriteStream(join(folder, `${name}.copy.gz`), { flags: 'a' }))
    return rows
  }
