/** Orders about holds, and the open ones of an account, newest first, by seek along an index of pending transfers only. */
import { z } from 'zod'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import {
  type Connection,
  connectionOf,
  decodeCursor,
  encodeCursor,
  type PageArguments,
  pageSize,
} from '../../shared/pagination.ts'
import type { AccountRow } from '../accounts/read.ts'
import { areUndone, refuseUndone } from '../ledger/restores.ts'
import type { BankingContext } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { asking } from '../request/mutation.ts'
import { readTransferChange } from '../transfers/input.ts'
import { type TransferRow, transferById } from '../transfers/read.ts'
import { readCaptureHoldInput, readHoldFundsInput } from './input.ts'

const LIST = 'holds'
const position = z.tuple([sequencePart])
const NEWEST = '9223372036854775807'

export const holdResolvers = {
  Mutation: {
    holdFunds: asking(readHoldFundsInput),
    captureHold: asking(readCaptureHoldInput),
    voidHold: asking(readTransferChange('voidHold')),
  },
  Account: {
    async holds(
      { id }: AccountRow,
      { first, after }: PageArguments,
      { database, load }: BankingContext,
    ): Promise<Connection<TransferRow>> {
      const size = pageSize(first)
      const [before] = decodeCursor(LIST, position, after) ?? []
      if (before !== undefined) await refuseUndone(load(areUndone, before))
      const ids = await readHoldIds(database, id, before ?? NEWEST, size + 1)
      const rows = (await Promise.all(ids.map((each) => load(transferById, each)))).filter((row) => row !== null)
      return connectionOf(rows, { first: size, after, cursorOf: (transfer) => encodeCursor(LIST, [transfer.id]) })
    },
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
