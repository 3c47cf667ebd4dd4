/** Merchants and branches: visible to every reader. Their cities are the weather service's. */
import type { Branch, Merchant } from '../../../prisma/generated/client.ts'
import { requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { branchById, merchantById } from './read.ts'

interface Placed {
  readonly cityId: string
}

const city = ({ cityId }: Placed): { id: string } => ({ id: cityId })

export const placeResolvers = {
  Merchant: {
    async __resolveReference({ id }: { id: string }, { caller, load }: BankingContext): Promise<Merchant | null> {
      requireScope(caller, 'banking:read')
      return load(merchantById, id)
    },
    city,
  },
  Branch: {
    async __resolveReference({ id }: { id: string }, { caller, load }: BankingContext): Promise<Branch | null> {
      requireScope(caller, 'banking:read')
      return load(branchById, id)
    },
    city,
  },
}
