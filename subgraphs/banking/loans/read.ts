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
  /** The page begins after this loan. */
  readonly after: { readonly submittedAt: string; readonly id: string } | null
}

export async function readLoanPage(database: PrismaClient, page: LoanPageKey): Promise<Loan[]> {
  const { customer, state, limit, after } = page
  const rows = await database.loan.findMany({
    where: {
      ...(customer === null ? {} : { customerId: customer }),
      ...(state === null ? {} : { state }),
      ...(after === null
        ? {}
        : {
            submittedAt: { lte: after.submittedAt },
            OR: [{ submittedAt: { lt: after.submittedAt } }, { id: { lt: after.id } }],
          }),
    },
    orderBy: [{ submittedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    include: { changes: { orderBy: { number: 'asc' } } },
  })
  return rows.map(loanOf)
}
