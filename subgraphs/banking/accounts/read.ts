/** Reads accounts: by id, and as pages of a customer's accounts by seek. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray, textArray } from '../database/columns.ts'
import type { AccountKind, AccountStatus } from '../ledger/model.ts'
import { byId, keyText } from '../request/load.ts'

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
  /** Ids over this one. */
  readonly above?: string | undefined
  /** Ids under this one. */
  readonly below?: string | undefined
  /** Ordered by descending id. */
  readonly backwards?: boolean
}

/**
 * One page for each key, in order. Pages that differ in nothing but the owner are read together.
 */
export async function readAccountPages(
  database: PrismaClient,
  keys: readonly AccountPageKey[],
): Promise<readonly (readonly AccountRow[])[]> {
  const pages = new Map<AccountPageKey, readonly AccountRow[]>()
  const groups = Map.groupBy(keys, ({ owner: _owner, ...common }) => keyText(common))
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

/** The statement for pages that differ in nothing but the owner. */
export function accountPagesQuery(group: readonly AccountPageKey[]): Prisma.Sql {
  const [{ limit, above = '0', below = ABOVE_ALL, backwards }] = group as [AccountPageKey]
  const owners = textArray(group.map(({ owner }) => owner))
  const order = backwards ? Prisma.sql`DESC` : Prisma.sql`ASC`
  return Prisma.sql`${backwards ? LAST : FIRST}
    SELECT ${columns} FROM unnest(${owners}::text[]) AS customer (id)
    CROSS JOIN LATERAL (
      SELECT * FROM accounts WHERE customer_id = customer.id AND id > ${above}::bigint AND id < ${below}::bigint
      ORDER BY id ${order} LIMIT ${limit}
    ) a ORDER BY a.id ${order}`
}

const ABOVE_ALL = '9223372036854775807'
/** Each names one text of the statement. */
const FIRST = Prisma.raw('/* accounts:page */')
const LAST = Prisma.raw('/* accounts:last */')
