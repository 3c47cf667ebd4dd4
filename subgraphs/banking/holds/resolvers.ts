/**
 * Orders about holds, and the open holds of an account, newest first, by seek along an index of
 * pending transfers.
 */
import { z } from 'zod'
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { type PageArguments, pagesOf } from '../../shared/pagination.ts'
import type { AccountRow } from '../accounts/read.ts'
import { refuseUndone } from '../ledger/restores.ts'
import type { BankingContext } from '../request/context.ts'
import { sequencePart } from '../request/cursor-parts.ts'
import { asking } from '../request/mutation.ts'
import { readTransferChange } from '../transfers/input.ts'
import { type TransferRow, transferById } from '../transfers/read.ts'
import { readCaptureHoldInput, readHoldFundsInput } from './input.ts'

const holdPage = pagesOf('holds', z.tuple([sequencePart]), ({ id }: TransferRow) => [id])
const ABOVE_ALL = '9223372036854775807'
/** Each names one text of the statement. */
const NEWEST = Prisma.raw('/* holds:page */')
const OLDEST = Prisma.raw('/* holds:last */')

export const holdResolvers = {
  Mutation: {
    holdFunds: asking(readHoldFundsInput),
    captureHold: asking(readCaptureHoldInput),
    voidHold: asking(readTransferChange('voidHold')),
  },
  Account: {
    holds: ({ id }: AccountRow, page: PageArguments, { database, load }: BankingContext) =>
      holdPage(page, async ({ limit, after, before, backwards }) => {
        const [below, above] = [after?.[0], before?.[0]]
        await refuseUndone(load, { after: below, before: above })
        const ids = await readHoldIds(database, id, { limit, below, above, backwards })
        return (await Promise.all(ids.map((each) => load(transferById, each)))).filter((row) => row !== null)
      }),
  },
}

/** Holds from the newest, or backwards from the oldest. */
interface HoldRange {
  readonly limit: number
  readonly below?: string | undefined
  readonly above?: string | undefined
  readonly backwards?: boolean
}

async function readHoldIds(database: PrismaClient, account: string, range: HoldRange): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>(holdsQuery(account, range))
  return rows.map(({ id }) => id)
}

export const holdsQuery = (
  account: string,
  { limit, below = ABOVE_ALL, above = '0', backwards = false }: HoldRange,
): Prisma.Sql => Prisma.sql`${backwards ? OLDEST : NEWEST}
  SELECT id::text FROM transfers
  WHERE debit_account_id = ${account}::bigint AND status = 'PENDING' AND id < ${below}::bigint AND id > ${above}::bigint
  ORDER BY transfers.id ${backwards ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${limit}`
