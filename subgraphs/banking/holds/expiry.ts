/** Ends expired holds. Each has its own key, so it expires once, whichever instance is first. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { LEDGER_NOW } from '../ledger/now.ts'
import { bankActor, ledgerRequest } from '../ledger/request.ts'

const AT_ONCE = 500 // holds
const actor = bankActor('expiry')

export const dueHoldsQuery = (limit: number): Prisma.Sql => Prisma.sql`/* expiry:due */
  SELECT id::text, now FROM (SELECT ${LEDGER_NOW} AS now) AS clock, transfers
  WHERE status = 'PENDING' AND expires_at <= now
  ORDER BY expires_at, transfers.id LIMIT ${limit}`

/** Resolves to true if more may be due. */
export async function expireHolds(database: PrismaClient, ledger: Ledger): Promise<boolean> {
  const due = await database.$queryRaw<{ id: string; now: Date }[]>(dueHoldsQuery(AT_ONCE))
  const answers = await Promise.all(
    due.map(({ id, now }) =>
      ledger.submit(
        ledgerRequest({
          actor,
          key: `expire ${id}`,
          requestId: null,
          command: { name: 'expireHold', transferId: id },
          foundDueAt: now.toISOString(),
        }),
      ),
    ),
  )
  return due.length === AT_ONCE && answers.some(({ outcome, replayed }) => outcome.accepted && !replayed)
}
