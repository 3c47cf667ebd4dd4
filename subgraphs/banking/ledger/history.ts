/**
 * Writes operations at instants of the past, for demo data and imports. Same rules, same tables,
 * same guards as live ones; nothing that clients can reach calls it.
 */
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import { applyEvaluation } from './apply.ts'
import { type Answer, evaluate, type Moment } from './evaluate.ts'
import { loadState, lockLedger } from './load.ts'

const TRANSACTION = { maxWait: 10_000, timeout: 60_000 } // milliseconds

/**
 * All of it in one transaction, or nothing.
 * @param moments in order of time, none before the ledger's last instant
 * @throws RangeError where time would run backwards
 */
export const writeHistory = (database: PrismaClient, moments: readonly Moment[]): Promise<readonly Answer[]> =>
  database.$transaction((transaction) => addHistory(transaction, moments), TRANSACTION)

/** The same as part of a larger transaction. */
export async function addHistory(
  transaction: Prisma.TransactionClient,
  moments: readonly Moment[],
): Promise<readonly Answer[]> {
  await lockLedger(transaction)
  const { state } = await loadState(
    transaction,
    moments.flatMap(({ requests }) => requests),
  )
  const evaluation = evaluate(state, moments)
  await applyEvaluation(transaction, state.head.hash, evaluation)
  return evaluation.answers
}
