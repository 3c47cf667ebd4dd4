/** The loaders of one request: whatever is asked for in one turn is read in one statement. */
import DataLoader from 'dataloader' // MIT; the GraphQL project's own batching, no dependencies
import type { Branch, Customer, Merchant, PrismaClient } from '../../../prisma/generated/client.ts'
import { type AccountPageKey, type AccountRow, readAccountPages, readAccounts } from '../accounts/read.ts'
import { type EntryPageKey, type EntryRow, keyText, readEntryPages } from '../entries/read.ts'
import { areUndone } from '../ledger/restores.ts'
import type { Loan } from '../loans/loan.ts'
import { loadLoans } from '../loans/store.ts'
import { readTransfers, type TransferRow } from '../transfers/read.ts'

export interface Loaders {
  readonly customer: DataLoader<string, Customer | null>
  readonly branch: DataLoader<string, Branch | null>
  readonly merchant: DataLoader<string, Merchant | null>
  /** By id, 14 digits. */
  readonly account: DataLoader<string, AccountRow | null>
  /** By id, a UUID. */
  readonly loan: DataLoader<string, Loan | null>
  /** By id. */
  readonly transfer: DataLoader<string, TransferRow | null>
  readonly accountPage: DataLoader<AccountPageKey, readonly AccountRow[], string>
  readonly entryPage: DataLoader<EntryPageKey, readonly EntryRow[], string>
  /** By a place in the ledger: whether a restore has undone it. */
  readonly undone: DataLoader<string, boolean>
}

export function createLoaders(database: PrismaClient): Loaders {
  return {
    customer: byId((ids) => database.customer.findMany({ where: { id: { in: ids } } })),
    branch: byId((ids) => database.branch.findMany({ where: { id: { in: ids } } })),
    merchant: byId((ids) => database.merchant.findMany({ where: { id: { in: ids } } })),
    account: byId((ids) => readAccounts(database, ids)),
    loan: byId(async (ids) => [...(await loadLoans(database, ids)).values()]),
    transfer: byId((ids) => readTransfers(database, ids)),
    accountPage: byKey((keys) => readAccountPages(database, keys)),
    entryPage: byKey<EntryPageKey, readonly EntryRow[]>((keys) => readEntryPages(database, keys), keyText),
    undone: new DataLoader((sequences) => areUndone(database, sequences)),
  }
}

/** @param read gives the rows that exist, in any order */
function byId<Row extends { readonly id: string }>(
  read: (ids: string[]) => Promise<readonly Row[]>,
): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    // A text with NUL in it is nothing that the database could have, and nothing that it can be
    // asked.
    const askable = ids.filter((id) => !id.includes('\0'))
    const rows = new Map((await read(askable)).map((row) => [row.id, row]))
    return ids.map((id) => rows.get(id) ?? null)
  })
}

/** @param read gives one result for each key, in order */
function byKey<Key, Result>(
  read: (keys: readonly Key[]) => Promise<readonly Result[]>,
  textOf: (key: Key) => string = JSON.stringify,
): DataLoader<Key, Result, string> {
  return new DataLoader(read, { cacheKeyFn: textOf })
}
