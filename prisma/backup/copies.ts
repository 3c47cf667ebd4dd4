/**
 * What a backup copies and how: changing rows from one short snapshot; immutable rows afterwards,
 * in pieces, up to the head of that snapshot. A long snapshot keeps PostgreSQL from removing old
 * versions of the rows that every transfer changes, and so slows every writer.
 */
import type { ClientBase } from 'pg'

/** The ledger's head in the snapshot. */
export interface Head {
  readonly last_sequence: string
  readonly last_operation: string
  readonly last_batch: string
}

/**
 * An append-only table, written under the ledger's lock: rows at or below the head are complete and
 * immutable.
 */
export interface Grown {
  /** Columns of its primary key, in order. */
  readonly key: readonly string[]
  /** The column that is compared with the head. */
  readonly by: string
  readonly end: keyof Head
}

/** Keyed by table. Pending transfers are in the snapshot instead. */
export const grown: Readonly<Record<string, Grown>> = {
  batches: { key: ['number'], by: 'number', end: 'last_batch' },
  end_to_end_ids: { key: ['transfer_id'], by: 'transfer_id', end: 'last_sequence' },
  entries: { key: ['account_id', 'sequence'], by: 'sequence', end: 'last_sequence' },
  operations: { key: ['number'], by: 'number', end: 'last_operation' },
  outbox: { key: ['sequence'], by: 'sequence', end: 'last_sequence' },
  transfers: { key: ['id'], by: 'id', end: 'last_sequence' },
}

/** The tables that may have rows in the archive, too. */
const ARCHIVED: ReadonlySet<string> = new Set(['entries', 'operations', 'outbox', 'transfers'])

export const PENDING_TRANSFERS = `SELECT * FROM "transfers" WHERE "status" = 'PENDING'`

const PIECE = 20_000 // rows

/**
 * Queries that together return each row of a table up to the head once. None runs for long.
 * @param without ids of transfers that are already copied
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
  const rowsOf = ARCHIVED.has(table) ? `history."${table}"` : `"${table}"`
  const ids = without.toSorted((one, other) => (one < other ? -1 : 1))
  let after: readonly bigint[] | undefined
  for (;;) {
    const behind: string = after ? ` AND (${columns}) > (${after.join(', ')})` : ''
    const { rows } = await client.query<Record<string, string>>(
      `SELECT ${columns} FROM ${rowsOf} WHERE ${upTo}${behind} ORDER BY ${columns} OFFSET ${size - 1} LIMIT 1`,
    )
    const last: readonly bigint[] | undefined = rows[0] && key.map((column) => BigInt(rows[0]?.[column] as string))
    const within = last ? ` AND (${columns}) <= (${last.join(', ')})` : ''
    const [from, to] = [after?.[0] ?? -1n, last?.[0]]
    const copied = ids.filter((id) => id > from && (to === undefined || id <= to))
    const others = copied.length > 0 ? ` AND "${by}" NOT IN (${copied.join(', ')})` : ''
    yield `SELECT * FROM ${rowsOf} WHERE ${upTo}${behind}${within}${others} ORDER BY ${columns}`
    if (!last) return
    after = last
  }
}
