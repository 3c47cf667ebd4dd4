/**
 * Writes operations at instants of the past, for demo data and imports. Same rules, same tables,
 * same guards as live ones; nothing that clients can reach calls it.
 */
import type { Prisma, PrismaClient } from '../../../prisma/generated/client.ts'
import { applyEvaluation } from './apply.ts'
import { type Answer, evaluate, type Moment } from './evaluate.ts'
import { loadState, lockLedger } from './load.ts'
import { type LedgerParts, needsOf } from './part.ts'

const TRANSACTION = { maxWait: 10_000, timeout: 60_000 } // milliseconds

/**
 * All of it in one transaction, or nothing.
 * @param moments in order of time, none before the ledger's last instant
 * @throws RangeError where time would run backwards
 */
export const writeHistory = (
  parts: LedgerParts,
  database: PrismaClient,
  moments: readonly Moment[],
): Promise<readonly Answer[]> =>
  database.$transaction((transaction) => addHistory(parts, transaction, moments), TRANSACTION)

/** The same as part of a larger transaction. */
export async function addHistory(
  parts: LedgerParts,
  transaction: Prisma.TransactionClient,
  moments: readonly Moment[],
): Promise<readonly Answer[]> {
  await lockLedger(transaction)
  const requests = moments.flatMap((moment) => moment.requests)
  const { state } = await loadState(transaction, requests, needsOf(parts, requests))
  const evaluation = evaluate(parts, state, moments)
  await applyEvaluation(transaction, parts, state.head.hash, evaluation)
  return evaluation.answers
}
