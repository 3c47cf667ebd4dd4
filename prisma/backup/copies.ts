/**
 * What a backup copies and how: what changes, of one short snapshot; what never does, afterwards
 * and in pieces, up to where that snapshot ended. A snapshot that is held keeps PostgreSQL from
 * clearing away old versions of the rows that every transfer changes, and so slows every writer.
 */
import type { ClientBase } from 'pg'

/** Where the ledger stood in the snapshot. */
export interface Head {
  readonly last_sequence: string
  readonly last_operation: string
  readonly last_batch: string
}

/**
 * A table to which rows are only added, under the ledger's lock: what is at or below the head is
 * all there, and stays as it is.
 */
export interface Grown {
  /** Columns of its primary key, in order. */
  readonly key: readonly string[]
  /** The column that is compared with the head. */
  readonly by: string
  readonly end: keyof Head
}

/** By table. Transfers are among them but for those that are pending, which the snapshot holds. */
export const grown: Readonly<Record<string, Grown>> = {
  batches: { key: ['number'], by: 'number', end: 'last_batch' },
  end_to_end_ids: { key: ['transfer_id'], by: 'transfer_id', end: 'last_sequence' },
  entries: { key: ['account_id', 'sequence'], by: 'sequence', end: 'last_sequence' },
  operations: { key: ['number'], by: 'number', end: 'last_operation' },
  outbox: { key: ['sequence'], by: 'sequence', end: 'last_sequence' },
  transfers: { key: ['id'], by: 'id', end: 'last_sequence' },
}

export const PENDING_TRANSFERS = `SELECT * FROM "transfers" WHERE "status" = 'PENDING'`

const PIECE = 20_000 // rows

/**
 * Queries that together give the rows of a table up to the head, each once: none runs for long.
 * @param without ids of transfers that are copied already
 * @param size rows of a piece
 */
export async function* pieces(
  client: ClientBase,
  table: string,
  { key, by, end }: Grown,
  head: Head,
  without: readonly bigint[],
  size: number = PIECE,
): AsyncGenerator<string> {
  const columns = key.map((column) => `"${column}"`).join(', ')
  const upTo = `"${by}" <= ${BigInt(head[end])}`
  const ids = without.toSorted((one, other) => (one < other ? -1 : 1))
  let after: readonly bigint[] | undefined
  for (;;) {
    const behind: string = after ? ` AND (${columns}) > (${after.join(', ')})` : ''
    const { rows } = await client.query<Record<string, string>>(
      `SELECT ${columns} FROM "${table}" WHERE ${upTo}${behind} ORDER BY ${columns} OFFSET ${size - 1} LIMIT 1`,
    )
    const last: readonly bigint[] | undefined = rows[0] && key.map((column) => BigInt(rows[0]?.[column] as string))
    const within = last ? ` AND (${columns}) <= (${last.join(', ')})` : ''
    const [from, to] = [after?.[0] ?? -1n, last?.[0]]
    const copied = ids.filter((id) => id > from && (to === undefined || id <= to))
    const others = copied.length > 0 ? ` AND "${by}" NOT IN (${copied.join(', ')})` : ''
    yield `SELECT * FROM "${table}" WHERE ${upTo}${behind}${within}${others} ORDER BY ${columns}`
    if (!last) return
    after = last
  }
}
