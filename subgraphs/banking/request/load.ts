/**
 * Batches the reads of one request: each turn of the event loop reads all its keys in one
 * statement, and each key once.
 */
import DataLoader from 'dataloader' // MIT; the GraphQL project's own batching, no dependencies
import type { PrismaClient } from '../../../prisma/generated/client.ts'

/** Reads one result for each key, in order. */
export type Batch<Key, Result> = (database: PrismaClient, keys: readonly Key[]) => Promise<readonly Result[]>

/** Reads the result for one key, together with the other keys of the same turn. */
export type Load = <Key, Result>(batch: Batch<Key, Result>, key: Key) => Promise<Result>

export function createLoad(database: PrismaClient): Load {
  const loaders = new Map<unknown, unknown>()
  return <Key, Result>(batch: Batch<Key, Result>, key: Key) => {
    const known = loaders.get(batch) as DataLoader<Key, Result, string> | undefined
    const loader =
      known ?? new DataLoader<Key, Result, string>((keys) => batch(database, keys), { cacheKeyFn: keyText })
    if (!known) loaders.set(batch, loader)
    return loader.load(key)
  }
}

/** A batch by id. @param read gives the rows that exist, in any order */
export const byId =
  <Row extends { readonly id: string }>(
    read: (database: PrismaClient, ids: string[]) => Promise<readonly Row[]>,
  ): Batch<string, Row | null> =>
  async (database, ids) => {
    // The database neither stores nor accepts text with NUL.
    const askable = ids.filter((id) => !id.includes('\0'))
    const rows = new Map((await read(database, askable)).map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id) ?? null)
  }

/** A key as text, with `bigint`, which JSON does not support. */
export const keyText = (key: unknown): string =>
  typeof key === 'string'
    ? key
    : JSON.stringify(key, (_name, value) => (typeof value === 'bigint' ? `${value}` : value))
