/**
 * Rows of the features beside the ledger's own: the ledger reads and saves them without knowing
 * them.
 */
import type { Prisma } from '../../../prisma/generated/client.ts'

/** Rows of one kind, as a feature's rules read and change them. */
export interface Collection<Row, Key = string> {
  /** Loads the existing rows, by id, under the ledger's lock. Left out if rules only add rows. */
  load?(transaction: Prisma.TransactionClient, keys: readonly Key[]): Promise<Map<string, Row>>
  /** Writes changed rows in the batch's transaction. Left out if rules only read. */
  save?(transaction: Prisma.TransactionClient, rows: readonly Row[]): Promise<void>
}

/** A collection of rows that only its feature knows. */
export type AnyCollection = Collection<unknown, unknown>

/** Rows by their collection, and there by id. */
export type Rows = Map<AnyCollection, Map<string, unknown>>

/** Rows of a collection that must be in the book before a command can be evaluated. */
export interface WantedRows {
  readonly collection: AnyCollection
  readonly keys: readonly unknown[]
}

/** @param keys null for a row that cannot exist */
export const want = <Key>(collection: Collection<unknown, Key>, keys: readonly (Key | null)[]): WantedRows => ({
  collection,
  keys: keys.filter((key) => key !== null),
})

/** The rows of one collection, as a map inside `rows`. */
export function rowsIn<Row, Key>(rows: Rows, collection: Collection<Row, Key>): Map<string, Row> {
  const known = rows.get(collection) ?? new Map<string, unknown>()
  rows.set(collection, known)
  return known as Map<string, Row>
}

/** Loads one collection after the other. */
export async function loadRows(
  transaction: Prisma.TransactionClient,
  wanted: ReadonlyMap<AnyCollection, readonly unknown[]>,
): Promise<Rows> {
  const rows: Rows = new Map()
  for (const [collection, keys] of wanted)
    rows.set(collection, (await collection.load?.(transaction, keys)) ?? new Map())
  return rows
}

/** @param collections all that there are, in the order in which they are saved */
export async function saveRows(
  transaction: Prisma.TransactionClient,
  collections: readonly AnyCollection[],
  changed: Rows,
): Promise<void> {
  if ([...changed.keys()].some((collection) => !collections.includes(collection)))
    throw new Error('Rows changed of a collection that is in no part of the ledger: they would be lost.')
  for (const collection of collections) {
    const rows = changed.get(collection)
    if (rows) await collection.save?.(transaction, [...rows.values()])
  }
}
