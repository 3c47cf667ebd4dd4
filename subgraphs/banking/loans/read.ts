/** Reads pages of loans by seek: a customer's, or all in a state; the newest first. */
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import type { Range } from '../../shared/pagination.ts'
import type { Loan } from './loan.ts'
import type { LoanState } from './states.ts'
import { loanOf } from './store.ts'

/** A loan's place in a list. */
type Place = readonly [submittedAt: string, id: string]

interface LoanPageKey {
  /** Null: everybody's. */
  readonly customer: string | null
  /** Null: in any. */
  readonly state: LoanState | null
  readonly range: Range<Place>
}

export async function readLoanPage(database: PrismaClient, page: LoanPageKey): Promise<Loan[]> {
  const { customer, state, range } = page
  const { limit, after, before, backwards } = range
  const order = backwards ? 'asc' : 'desc'
  const rows = await database.loan.findMany({
    where: {
      ...(customer === null ? {} : { customerId: customer }),
      ...(state === null ? {} : { state }),
      AND: [...(after ? [beyond(after, 'lt')] : []), ...(before ? [beyond(before, 'gt')] : [])],
    },
    orderBy: [{ submittedAt: order }, { id: order }],
    take: limit,
    include: { changes: { orderBy: { number: 'asc' } } },
  })
  return rows.map(loanOf)
}

/** The bound alone is what an index can begin at. */
const beyond = ([submittedAt, id]: Place, side: 'lt' | 'gt'): Prisma.LoanWhereInput => ({
  submittedAt: { [`${side}e`]: submittedAt },
  OR: [{ submittedAt: { [side]: submittedAt } }, { id: { [side]: id } }],
})
