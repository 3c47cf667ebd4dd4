/** The bank that is paid in: customers with accounts, and a token of each customer. */
import { migrate } from '../../prisma/migrate.ts'
import { openLedgerDatabase } from '../../subgraphs/banking/database/open.ts'
import { accountNumber } from '../../subgraphs/banking/ledger/account-number.ts'
import type { IdentityProvider } from '../../test/support/identity-provider.ts'
import { createTables } from '../ledger/baseline.ts'
import { createGroupCommitLedger } from '../ledger/contestant.ts'

export interface Customer {
  readonly id: string
  /** The `Authorization` header. */
  readonly authorization: string
  /** Ids of the customer's accounts. */
  readonly accounts: readonly string[]
}

export interface Bank {
  readonly customers: readonly Customer[]
  /** Account numbers of all. */
  readonly numbers: readonly string[]
}

const CUSTOMERS = 256
const CONNECTIONS = 4
const HOUR = 3_600 // seconds

/** Migrates the database, and opens the accounts in the ledger and for the baseline. */
export async function openBank(url: string, provider: IdentityProvider, accountCount: number): Promise<Bank> {
  await migrate(url)
  const database = openLedgerDatabase({ url, connections: CONNECTIONS, connectTimeout: 60_000 })
  try {
    const ids = Array.from({ length: CUSTOMERS }, (_, index) => `customer-${index}`)
    await database.prisma.customer.createMany({
      data: ids.map((id) => ({ id, name: `Name of ${id}`, email: `${id}@example.com` })),
    })
    const { accounts } = await createGroupCommitLedger(
      database,
      accountCount,
      (index) => ids[index % CUSTOMERS] ?? null,
    )
    await createTables(database.prisma, accounts)
    await database.prisma.$executeRaw`ANALYZE`
    const exp = Math.floor(Date.now() / 1000) + HOUR
    const customers = ids.map(async (id, at) => ({
      id,
      authorization: `Bearer ${await provider.token({ sub: id, exp })}`,
      accounts: accounts.filter((_, index) => index % CUSTOMERS === at),
    }))
    return { customers: await Promise.all(customers), numbers: accounts.map(accountNumber) }
  } finally {
    await database.close()
  }
}
