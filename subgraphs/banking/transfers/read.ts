/** Reads transfers by id, with both of their ends and the merchant in the same statement. */
import { Prisma, type PrismaClient } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'
import { accountNumber } from '../ledger/account-number.ts'
import type { MadeTransfer } from '../ledger/made.ts'
import type { TransferKind, TransferStatus } from '../ledger/model.ts'
import { byId } from '../request/load.ts'

/** A transfer as it is stored, with the names of its ends. */
export interface TransferRow {
  readonly id: string
  readonly kind: TransferKind
  readonly status: TransferStatus
  /** Minor units; of a hold, the amount held. */
  readonly amount: bigint
  readonly postedAmount: bigint | null
  readonly currency: string
  readonly reference: string | null
  /** The payer's name for it. */
  readonly endToEndId: string | null
  readonly createdAt: Date
  readonly resolvedAt: Date | null
  readonly expiresAt: Date | null
  /** The first transfer of the linked group. */
  readonly groupId: string | null
  readonly reversalOf: string | null
  readonly reversedBy: string | null
  readonly debitAccount: string
  readonly debitNumber: string
  /** Null: the bank's own. */
  readonly debitOwner: string | null
  readonly debitName: string
  readonly creditAccount: string
  readonly creditNumber: string
  readonly creditOwner: string | null
  readonly creditName: string
  readonly merchantId: string | null
  readonly merchantName: string | null
  readonly merchantCategory: string | null
  readonly merchantCityId: string | null
}

/** By id: digits. */
export const transferById = byId(
  (database, ids) => database.$queryRaw<TransferRow[]>`/* transfers:by-id */
    SELECT t.id::text, t.kind, t.status, t.amount, t.posted_amount AS "postedAmount", t.currency, t.reference,
      (SELECT i.value FROM end_to_end_ids i WHERE i.transfer_id = t.id) AS "endToEndId",
      t.created_at AS "createdAt", t.resolved_at AS "resolvedAt", t.expires_at AS "expiresAt",
      t.group_id::text AS "groupId", t.reversal_of::text AS "reversalOf",
      (SELECT r.id::text FROM history.transfers r WHERE r.reversal_of = t.id) AS "reversedBy",
      d.id::text AS "debitAccount", d.number AS "debitNumber", d.customer_id AS "debitOwner",
      COALESCE(dc.name, d.name) AS "debitName",
      c.id::text AS "creditAccount", c.number AS "creditNumber", c.customer_id AS "creditOwner",
      COALESCE(cc.name, c.name) AS "creditName",
      m.id AS "merchantId", m.name AS "merchantName", m.category AS "merchantCategory", m.city_id AS "merchantCityId"
    FROM history.transfers t
    JOIN accounts d ON d.id = t.debit_account_id LEFT JOIN customers dc ON dc.id = d.customer_id
    JOIN accounts c ON c.id = t.credit_account_id LEFT JOIN customers cc ON cc.id = c.customer_id
    LEFT JOIN merchants m ON m.id = t.merchant_id
    WHERE t.id = ANY(${plainArray(ids)}::bigint[])`,
)

/** The row of a transfer that was made just now, without reading it. */
export function madeRow({ amount, at, debit, credit, ...made }: MadeTransfer): TransferRow {
  const instant = new Date(at)
  return {
    ...made,
    status: 'POSTED',
    amount: BigInt(amount),
    postedAmount: BigInt(amount),
    createdAt: instant,
    resolvedAt: instant,
    expiresAt: null,
    reversedBy: null,
    debitAccount: debit.account,
    debitNumber: accountNumber(debit.account),
    debitOwner: debit.owner,
    debitName: debit.holder,
    creditAccount: credit.account,
    creditNumber: accountNumber(credit.account),
    creditOwner: credit.owner,
    creditName: credit.holder,
    merchantId: null,
    merchantName: null,
    merchantCategory: null,
    merchantCityId: null,
  }
}

const LARGEST_GROUP = 1_000 // transfers

/** The ids of a linked group, in order. */
export async function readGroupIds(database: PrismaClient, groupId: string): Promise<string[]> {
  const rows = await database.$queryRaw<{ id: string }[]>(groupQuery(groupId))
  return rows.map(({ id }) => id)
}

export const groupQuery = (groupId: string): Prisma.Sql => Prisma.sql`/* transfers:group */
  SELECT t.id::text FROM history.transfers t WHERE group_id = ${groupId}::bigint
    AND t.id BETWEEN ${groupId}::bigint AND ${groupId}::bigint + ${LARGEST_GROUP} ORDER BY t.id LIMIT ${LARGEST_GROUP}`
