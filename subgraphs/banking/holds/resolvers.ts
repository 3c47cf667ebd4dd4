/**
 * Orders about holds, and the open holds of an account, newest first, by seek along an index of
 * pending transfers.
 */
import { z } from 'zod'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { type PageArguments, pagesOf } from '../../shared/pagination.ts'
import type { AccountRow } from '../accounts/read.ts'
import { areUndone, refuseUndone } from '../ledger/restores.ts'
import type { BankingContext } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { asking } from '../request/mutation.ts'
import { readTransferChange } from '../transfers/input.ts'
import { type TransferRow, transferById } from '../transfers/read.ts'
import { readCaptureHoldInput, readHoldFundsInput } from './input.ts'

const holdPage = pagesOf('holds', z.tuple([sequencePart]), ({ id }: TransferRow) => [id])
const NEWEST = '9223372036854775807'

export const holdResolvers = {
  Mutation: {
    holdFunds: asking(readHoldFundsInput),
    captureHold: asking(readCaptureHoldInput),
    voidHold: asking(readTransferChange('voidHold')),
  },
  Account: {
    holds: ({ id }: AccountRow, page: PageArguments, { database, load }: BankingContext) =>
      holdPage(page, async (limit, position) => {
        const before = position?.[0]
        if (before !== undefined) await refuseUndone(load(areUndone, before))
        const ids = await readHoldIds(database, id, before ?? NEWEST, limit)
        return (await Promise.all(ids.map((each) => load(transferById, each)))).filter((row) => row !== null)
      }),
  },
}

async function readHoldIds(database: PrismaClient, account: string, before: string, limit: number): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>(holdsQuery(account, before, limit))
  return rows.map(({ id }) => id)
}

export const holdsQuery = (account: string, before: string, limit: number): Prisma.Sql => Prisma.sql`/* holds:page */
  SELECT id::text FROM transfers
  WHERE debit_account_id = ${account}::bigint AND status = 'PENDING' AND id < ${before}::bigint
  ORDER BY transfers.id DESC LIMIT ${limit}`
