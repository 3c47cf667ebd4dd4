/** Fills tables from the files of a backup. */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { ClientBase } from 'pg'
import { from as copyFrom } from 'pg-copy-streams' // MIT; COPY for `pg`, by its own maintainers

export interface Filled {
  readonly name: string
  /** That its file must have. */
  readonly rows: number
}

/** @param target what the rows are copied to: the table, and its columns if not all */
export async function fillTable(
  client: ClientBase,
  folder: string,
  { name, rows }: Filled,
  target: string,
): Promise<void> {
  const copy = client.query(copyFrom(`COPY ${target} FROM STDIN`))
  try {
    await pipeline(createReadStream(join(folder, `${name}.copy.gz`)), createGunzip(), copy)
  } catch (cause) {
    throw new Error(`The backup of "${name}" cannot be restored: ${(cause as Error).message}.`, { cause })
  }
  if (copy.rowCount !== rows) throw new Error(`The backup of "${name}" has ${copy.rowCount} rows, not ${rows}.`)
}
