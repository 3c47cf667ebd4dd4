/** Reads what officers oversee: customers, sums of accounts, and the orders that were given. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import type { Range } from '../../shared/pagination.ts'
import type { AccountKind } from '../ledger/model.ts'

type Customer = Prisma.CustomerGetPayload<object>

interface CustomerPageKey {
  /** Part of the name or the e-mail address; null: everybody. */
  readonly search: string | null
  readonly range: Range<readonly [id: string]>
}

/** Ordered by ascending id. */
export function readCustomers(database: PrismaClient, { search, range }: CustomerPageKey): Promise<Customer[]> {
  const { limit, after, before, backwards } = range
  const has = { contains: (search ?? '').replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const }
  return database.customer.findMany({
    where: {
      id: { ...(after && { gt: after[0] }), ...(before && { lt: before[0] }) },
      ...(search !== null && { OR: [{ name: has }, { email: has }] }),
    },
    orderBy: { id: backwards ? 'desc' : 'asc' },
    take: limit,
  })
}

/** All accounts of one kind and currency; amounts are minor units. */
export interface SumOfAccounts {
  readonly currency: string
  readonly kind: AccountKind
  readonly accounts: number
  readonly debits: bigint
  readonly credits: bigint
}

/** Each account's counters fit in 64 bits; their sums may not, and are read as text. */
export async function readTrialBalance(database: PrismaClient): Promise<SumOfAccounts[]> {
  const rows = await database.$queryRaw<
    (Omit<SumOfAccounts, 'debits' | 'credits'> & { debits: string; credits: string })[]
  >`/* oversight:trial-balance */
    SELECT currency, kind, count(*)::int AS accounts, sum(debits_posted)::text AS debits,
      sum(credits_posted)::text AS credits
    FROM accounts GROUP BY currency, kind ORDER BY currency, kind`
  return rows.map(({ debits, credits, ...line }) => ({ ...line, debits: BigInt(debits), credits: BigInt(credits) }))
}

/** An order as the ledger keeps it. */
export interface LedgerOperation {
  readonly number: string
  readonly actor: string
  readonly name: string
  readonly refusal: string | null
  readonly message: string | null
  readonly subject: string | null
  readonly at: Date
}

// A statement is prepared by its name.
const NEWEST = Prisma.raw('/* oversight:operations */')
const OLDEST = Prisma.raw('/* oversight:oldest-operations */')

/** The newest first. */
export function readOperations(
  database: PrismaClient,
  { limit, after, before, backwards }: Range<readonly [number: string]>,
): Promise<LedgerOperation[]> {
  const order = backwards ? Prisma.sql`ASC` : Prisma.sql`DESC`
  return database.$queryRaw<LedgerOperation[]>`${backwards ? OLDEST : NEWEST}
    SELECT o.number::text, o.actor, o.name, o.refusal, o.message, o.subject, o.at FROM history.operations o
    WHERE o.number < ${after?.[0] ?? `${2n ** 63n - 1n}`}::bigint AND o.number > ${before?.[0] ?? '0'}::bigint
    ORDER BY o.number ${order} LIMIT ${limit}`
}

interface AuditHead {
  readonly batch: string
  readonly operation: string
  readonly at: Date
  readonly hash: string
}

/** The end of the audit chain; none before the first order. */
export async function readAuditHead(database: PrismaClient): Promise<AuditHead | undefined> {
  const [head] = await database.$queryRaw<AuditHead[]>`/* oversight:head */
    SELECT last_batch::text AS batch, last_operation::text AS operation, last_at AS at, encode(last_hash, 'hex') AS hash
    FROM ledger WHERE id = 1`
  return head
}
