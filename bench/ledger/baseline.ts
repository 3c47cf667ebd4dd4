/**
 * The usual solution: one interactive Prisma transaction per transfer on the same pool, with
 * ordered locks and the same rows. It does less than the ledger: no guards, no audit chain, no
 * gap-free sequence.
 */
import { randomUUID } from 'node:crypto'
import { Prisma, type PrismaClient } from '../../prisma/generated/client.ts'
import type { LedgerDatabase } from '../../subgraphs/banking/database/open.ts'
import type { Move } from './load.ts'

interface Baseline {
  readonly move: Move
  /** The minimum cost of a durable write. */
  readonly insertOneRow: () => Promise<void>
}

export async function createBaseline(
  { prisma: database, query }: LedgerDatabase,
  accounts: readonly string[],
): Promise<Baseline> {
  await createTables(database, accounts)
  return {
    move: async (from, to) => void (await transferOnce(database, { actor: 'bench', key: randomUUID(), from, to })),
    async insertOneRow() {
      await query(Prisma.sql`/* baseline:row */ INSERT INTO baseline.rows (note) VALUES ('one durable row')`)
    },
  }
}

/** The baseline's tables, with the same accounts. */
export async function createTables(database: PrismaClient, accounts: readonly string[]): Promise<void> {
  for (const statement of tables) await database.$executeRawUnsafe(statement)
  await database.$executeRaw`
    INSERT INTO baseline.accounts SELECT id, 1000000000 FROM unnest(${`{${accounts.join(',')}}`}::bigint[]) AS a (id)`
}

interface TransferOnce {
  readonly actor: string
  readonly key: string
  readonly from: string
  readonly to: string
}

/** Moves one minor unit. @returns the transfer's id; undefined if the key was used before */
export const transferOnce = (
  database: PrismaClient,
  { actor, key, from, to }: TransferOnce,
): Promise<bigint | undefined> =>
  database.$transaction(
    async (transaction) => {
      const used = await transaction.$queryRaw<
        unknown[]
      >`SELECT FROM baseline.operations WHERE actor = ${actor} AND key = ${key}`
      if (used.length > 0) return undefined
      const locked = await transaction.$queryRaw<{ id: bigint; balance: bigint }[]>`
        SELECT id, balance FROM baseline.accounts WHERE id IN (${BigInt(from)}, ${BigInt(to)}) ORDER BY id FOR NO KEY UPDATE`
      const debit = locked.find(({ id }) => id === BigInt(from))
      const credit = locked.find(({ id }) => id === BigInt(to))
      if (!debit || !credit || debit.balance < 1n) throw new Error('The baseline ran dry.')
      const [{ id }] = await transaction.$queryRaw<[{ id: bigint }]>`
        INSERT INTO baseline.transfers (debit, credit, amount) VALUES (${debit.id}, ${credit.id}, 1) RETURNING id`
      await transaction.$executeRaw`
        INSERT INTO baseline.entries VALUES (${debit.id}, ${id}, -1, ${debit.balance - 1n}), (${credit.id}, ${id}, 1, ${credit.balance + 1n})`
      await transaction.$executeRaw`
        UPDATE baseline.accounts SET balance = balance + CASE id WHEN ${debit.id} THEN -1 ELSE 1 END WHERE id IN (${debit.id}, ${credit.id})`
      await transaction.$executeRaw`
        WITH told AS (INSERT INTO baseline.outbox VALUES (${id}, 'TRANSFER_POSTED', now()))
        INSERT INTO baseline.operations VALUES (${id}, ${actor}, ${key}, 'transfer', now())`
      return id
    },
    { maxWait: 60_000, timeout: 60_000 },
  )

const tables = [
  'CREATE SCHEMA baseline',
  'CREATE TABLE baseline.accounts (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 60)',
  'CREATE TABLE baseline.transfers (id bigserial PRIMARY KEY, debit bigint NOT NULL, credit bigint NOT NULL, amount bigint NOT NULL)',
  'CREATE TABLE baseline.entries (account bigint, transfer bigint, amount bigint NOT NULL, balance_after bigint NOT NULL, PRIMARY KEY (account, transfer))',
  'CREATE TABLE baseline.outbox (id bigint PRIMARY KEY, kind text NOT NULL, at timestamptz NOT NULL)',
  'CREATE TABLE baseline.operations (id bigint PRIMARY KEY, actor text NOT NULL, key text NOT NULL, name text NOT NULL, at timestamptz NOT NULL, UNIQUE (actor, key))',
  'CREATE TABLE baseline.rows (id bigserial PRIMARY KEY, note text NOT NULL)',
]
