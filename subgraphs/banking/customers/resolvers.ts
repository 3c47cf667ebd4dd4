/** Customers: the signed-in one, and the accounts of one. */
import { z } from 'zod'
import type { Customer } from '../../../prisma/generated/client.ts'
import { type Connection, connectionOf, decodeCursor, encodeCursor, pageSize } from '../../shared/pagination.ts'
import type { AccountRow } from '../accounts/read.ts'
import { mayUse, requireScope } from '../request/access.ts'
import type { BankingContext } from '../request/context.ts'

interface PageArguments {
  readonly first?: number | null
  readonly after?: string | null
}

const LIST = 'accounts'
const position = z.tuple([z.string().regex(/^\d{14}$/)])

export const customerResolvers = {
  Query: {
    me(_: unknown, _arguments: unknown, { caller, loaders }: BankingContext): Promise<Customer | null> {
      return loaders.customer.load(requireScope(caller, 'banking:read').id)
    },
  },
  Customer: {
    async __resolveReference({ id }: { id: string }, { caller, loaders }: BankingContext): Promise<Customer | null> {
      return mayUse(requireScope(caller, 'banking:read'), id) ? loaders.customer.load(id) : null
    },
    async accounts(
      { id }: Customer,
      { first, after }: PageArguments,
      { loaders }: BankingContext,
    ): Promise<Connection<AccountRow>> {
      const size = pageSize(first)
      const [from] = decodeCursor(LIST, position, after) ?? ['0']
      const rows = await loaders.accountPage.load({ owner: id, limit: size + 1, after: from })
      return connectionOf(rows, { first: size, after, cursorOf: (account) => encodeCursor(LIST, [account.id]) })
    },
  },
}
