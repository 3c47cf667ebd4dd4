/** Checks after the run that no payment was lost or made twice, and that the books are right. */
import { Prisma, type PrismaClient } from '../../prisma/generated/client.ts'
import { verifyLedger } from '../../subgraphs/banking/audit/verify.ts'
import { plainArray, textArray } from '../../subgraphs/banking/database/columns.ts'
import { brokenInvariants } from '../../test/subgraphs/banking/support/books.ts'
import type { Payment } from './clients.ts'

/** @throws Error naming what is wrong */
export async function checkLedger(database: PrismaClient, payments: readonly Payment[]): Promise<void> {
  await checkPayments(database, payments, ledgerPayments)
  const broken = await brokenInvariants(database)
  if (broken.length > 0) throw new Error(`The books are wrong: not ${broken.join('; not ')}`)
  const verdict = await verifyLedger(database)
  if (!verdict.sound) throw new Error(`The ledger does not verify: ${verdict.problem}`)
}

/** @throws Error naming what is wrong */
export async function checkBaseline(database: PrismaClient, payments: readonly Payment[]): Promise<void> {
  await checkPayments(database, payments, baselinePayments)
  const [books] = await database.$queryRaw<[{ wrong: bigint }]>`
    SELECT count(*) AS wrong FROM baseline.accounts a WHERE balance <>
      1000000000 + COALESCE((SELECT sum(amount) FROM baseline.entries e WHERE e.account = a.id), 0)`
  if (books.wrong !== 0n) throw new Error(`The baseline's books are wrong in ${books.wrong} accounts.`)
}

/** Payments of customers: actor, key, transfer. Several rows with one key are several payments. */
const ledgerPayments = Prisma.sql`
  SELECT o.actor, o.key, t.id::text AS transfer FROM operations o JOIN transfers t ON t.id::text = o.subject
  WHERE o.name = 'transfer' AND o.actor LIKE 'customer-%' AND o.refusal IS NULL AND t.status = 'POSTED' AND t.amount = 1`
const baselinePayments = Prisma.sql`
  SELECT o.actor, o.key, t.id::text AS transfer FROM baseline.operations o JOIN baseline.transfers t ON t.id = o.id
  WHERE t.amount = 1`

async function checkPayments(database: PrismaClient, payments: readonly Payment[], made: Prisma.Sql): Promise<void> {
  const actors = textArray(payments.map(({ actor }) => actor))
  const keys = textArray(payments.map(({ key }) => key))
  const transfers = plainArray(payments.map(({ transfer }) => transfer))
  const [found] = await database.$queryRaw<[{ right: bigint; made: bigint; transfers: bigint }]>`
    WITH made AS MATERIALIZED (${made}),
      told AS (SELECT * FROM unnest(${actors}::text[], ${keys}::text[], ${transfers}::text[]) AS told (actor, key, transfer))
    SELECT (SELECT count(*) FROM told JOIN made USING (actor, key, transfer)) AS right,
      (SELECT count(*) FROM made) AS made, (SELECT count(DISTINCT transfer) FROM made) AS transfers`
  const acknowledged = BigInt(payments.length)
  if (found.right !== acknowledged || found.made !== acknowledged || found.transfers !== acknowledged)
    throw new Error(
      `Of ${acknowledged} acknowledged payments ${found.right} exist as told; ${found.made} were made in all, by ${found.transfers} transfers.`,
    )
}
