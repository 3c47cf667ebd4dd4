/** Reads pages of loans by seek: a customer's, or all in a state; the newest first. */
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Loan } from './loan.ts'
import type { LoanState } from './states.ts'
import { loanOf } from './store.ts'

export interface LoanPageKey {
  /** Null: everybody's. */
  readonly customer: string | null
  /** Null: in any. */
  readonly state: LoanState | null
  /** Rows at most. */
  readonly limit: number
  /** The position of the last loan before the page. */
  readonly after: [submittedAt: string, id: string] | undefined
}

export async function readLoanPage(database: PrismaClient, page: LoanPageKey): Promise<Loan[]> {
  const { customer, state, limit, after } = page
  const rows = await database.loan.findMany({
    where: {
      ...(customer === null ? {} : { customerId: customer }),
      ...(state === null ? {} : { state }),
      ...(after && {
        submittedAt: { lte: after[0] },
        OR: [{ submittedAt: { lt: after[0] } }, { id: { lt: after[1] } }],
      }),
    },
    orderBy: [{ submittedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    include: { changes: { orderBy: { number: 'asc' } } },
  })
  return rows.map(loanOf)
}
