/** Customers: the signed-in one, and those whom an officer may see. */
import type { Customer } from '../../../prisma/generated/client.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'
import { customerById } from './read.ts'

export const customerResolvers = {
  Query: {
    me(_: unknown, _arguments: unknown, { caller, load }: BankingContext): Promise<Customer | null> {
      return load(customerById, requireScope(caller, 'banking:read').id)
    },
  },
  Customer: {
    async __resolveReference({ id }: { id: string }, { caller, load }: BankingContext): Promise<Customer | null> {
      return mayUse(requireScope(caller, 'banking:read'), id) ? load(customerById, id) : null
    },
  },
}
