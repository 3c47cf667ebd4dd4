/** The ledger's clock in SQL: the database's clock, but never before the ledger's last instant. */
import { Prisma } from '../../../prisma/generated/client.ts'

export const LEDGER_NOW = Prisma.sql`greatest(clock_timestamp(), (SELECT last_at FROM ledger WHERE id = 1))`
