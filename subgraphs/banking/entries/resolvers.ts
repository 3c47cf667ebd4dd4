/** Entries: pages of an account's history, newest first. */
import { z } from 'zod'
import { codedError } from '../../../platform/protocol/errors.ts'
import { type PageArguments, pagesOf } from '../../shared/pagination.ts'
import type { AccountRow } from '../accounts/read.ts'
import { visibleAccount } from '../accounts/resolvers.ts'
import { refuseUndone } from '../ledger/restores.ts'
import type { Money } from '../money/amount.ts'
import type { BankingContext } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { badInput, searchText } from '../request/input.ts'
import { type TransferRow, transferById } from '../transfers/read.ts'
import { type EntryFilter, type EntryRow, readEntries, readEntryPages } from './read.ts'

interface EntriesArguments extends PageArguments {
  readonly filter?: EntryFilter | null
}

/** An entry knows the currency of its account. */
type Entry = EntryRow & { readonly currency: string }

const entryPage = pagesOf('entries', z.tuple([sequencePart]), ({ sequence }: Entry) => [sequence.toString()])

/** The entry, if the caller may see its account. */
async function visibleEntry(id: string, context: BankingContext): Promise<Entry | null> {
  const [, accountId = '', sequence = ''] = ENTRY_ID.exec(id) ?? []
  const account = await visibleAccount(accountId, context)
  const row = account && (await context.load(readEntries, { accountId, sequence }))
  return row && { ...row, currency: account.currency }
}

const ENTRY_ID = /^([1-9]\d{13})-([1-9]\d{0,17})$/

export const entryResolvers = {
  Account: {
    entries: ({ id, currency }: AccountRow, page: EntriesArguments, { load, past }: BankingContext) =>
      entryPage(page, async ({ limit, after, before: newer, backwards }) => {
        await refuseUndone(load, { after: after?.[0], before: newer?.[0] })
        const before = after?.[0] ?? null
        const filter = checkFilter(page.filter ?? {})
        const key = { accountId: id, limit, before, above: newer?.[0], oldestFirst: backwards, filter }
        const onPrimary = () => load(readEntryPages, key)
        const end = before === null ? filter.to : BigInt(before)
        const rows = await (end
          ? past.read(end, async (standby) => (await readEntryPages(standby, [key]))[0] ?? [], onPrimary)
          : onPrimary())
        return rows.map((row) => ({ ...row, currency }))
      }),
  },
  Entry: {
    __resolveReference: ({ id }: { id: string }, context: BankingContext) => visibleEntry(id, context),
    id: ({ accountId, sequence }: Entry): string => `${accountId}-${sequence}`,
    transfer: ({ transferId }: Entry, _: unknown, { load }: BankingContext): Promise<TransferRow | null> =>
      load(transferById, transferId),
    direction: ({ amount }: Entry): 'DEBIT' | 'CREDIT' => (amount < 0n ? 'DEBIT' : 'CREDIT'),
    amount: ({ amount, currency }: Entry): Money => ({ amount: amount < 0n ? -amount : amount, currency }),
    balanceAfter: ({ balanceAfter, currency }: Entry): Money => ({ amount: balanceAfter, currency }),
  },
}

function checkFilter(filter: EntryFilter): EntryFilter {
  if (filter.from && filter.to && filter.from >= filter.to)
    throw codedError('BAD_USER_INPUT', '"filter.from" must be before "filter.to".')
  const { minAmount, maxAmount } = filter
  for (const [name, amount] of Object.entries({ minAmount, maxAmount })) {
    if (amount !== null && amount !== undefined && amount < 1n) throw badInput(`filter.${name}`, 'must be at least 1')
  }
  if (minAmount && maxAmount && minAmount > maxAmount)
    throw codedError('BAD_USER_INPUT', '"filter.minAmount" must not be over "filter.maxAmount".')
  return {
    ...filter,
    text: searchText('filter.text', filter.text, MAX_SEARCH, MIN_SEARCH),
    merchant: searchText('filter.merchant', filter.merchant, MAX_SEARCH),
    category: searchText('filter.category', filter.category, MAX_SEARCH),
  }
}

/** Shorter texts match nearly everything, and no index supports them. */
const MIN_SEARCH = 3 // characters
const MAX_SEARCH = 64 // characters
