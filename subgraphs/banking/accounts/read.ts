/** Reads accounts: by id, and as pages of a customer's accounts by seek. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray, textArray } from '../database/columns.ts'
import type { AccountKind, AccountStatus } from '../ledger/model.ts'
import { byId } from '../request/load.ts'

/** An account as it is stored; amounts are minor units. */
export interface AccountRow {
  readonly id: string
  readonly number: string
  /** Null: the bank's own. */
  readonly owner: string | null
  readonly branchId: string | null
  readonly productId: string | null
  readonly kind: AccountKind
  readonly status: AccountStatus
  readonly currency: string
  readonly name: string
  readonly dailyLimit: bigint | null
  readonly spent: bigint
  readonly spentOn: Date | null
  readonly debitsPending: bigint
  readonly debitsPosted: bigint
  readonly creditsPending: bigint
  readonly creditsPosted: bigint
}

const columns = Prisma.sql`a.id::text, a.number, a.customer_id AS owner, a.branch_id AS "branchId",
  a.product_id AS "productId", a.kind, a.status, a.currency, a.name, a.daily_limit AS "dailyLimit", a.spent,
  a.spent_on AS "spentOn", a.debits_pending AS "debitsPending", a.debits_posted AS "debitsPosted",
  a.credits_pending AS "creditsPending", a.credits_posted AS "creditsPosted"`

/** By id, 14 digits. */
export const accountById = byId(
  (database, ids) => database.$queryRaw<AccountRow[]>`/* accounts:by-id */
    SELECT ${columns} FROM accounts a WHERE a.id = ANY(${plainArray(ids)}::bigint[])`,
)

interface AccountPageKey {
  readonly owner: string
  /** Rows at most. */
  readonly limit: number
  /** The page begins after this id; `0` for the first. */
  readonly after: string
}

/**
 * One page for each key, in order, each by rising id. Pages of the same length and start are read
 * together.
 */
export async function readAccountPages(
  database: PrismaClient,
  keys: readonly AccountPageKey[],
): Promise<readonly (readonly AccountRow[])[]> {
  const pages = new Map<AccountPageKey, readonly AccountRow[]>()
  const groups = Map.groupBy(keys, ({ limit, after }) => `${limit} ${after}`)
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const byOwner = Map.groupBy(await readGroup(database, group), ({ owner }) => owner)
      for (const key of group) pages.set(key, byOwner.get(key.owner) ?? [])
    }),
  )
  return keys.map((key) => pages.get(key) ?? [])
}

const readGroup = (database: PrismaClient, group: readonly AccountPageKey[]): Promise<AccountRow[]> =>
  database.$queryRaw<AccountRow[]>(accountPagesQuery(group))

/** The statement for pages of the same length and start. */
export function accountPagesQuery(group: readonly AccountPageKey[]): Prisma.Sql {
  const [{ limit, after }] = group as [AccountPageKey]
  const owners = textArray(group.map(({ owner }) => owner))
  return Prisma.sql`/* accounts:page */
    SELECT ${columns} FROM unnest(${owners}::text[]) AS customer (id)
    CROSS JOIN LATERAL (
      SELECT * FROM accounts WHERE customer_id = customer.id AND id > ${after}::bigint ORDER BY id LIMIT ${limit}
    ) a ORDER BY a.id`
}
