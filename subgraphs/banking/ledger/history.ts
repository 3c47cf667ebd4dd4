/**
 * Writes operations with instants in the past, for demo data and imports, under the same rules and
 * guards as live ones. Clients cannot reach it.
 */
import type { Prisma } from '../../../prisma/generated/client.ts'
import { applyEvaluation } from './apply.ts'
import { type Answer, evaluate, type Moment } from './evaluate.ts'
import { loadState, lockLedger } from './load.ts'
import { type LedgerParts, needsOf } from './part.ts'

/**
 * Runs in the caller's transaction.
 * @param moments in order of time, none before the ledger's last instant
 * @throws RangeError if time would run backwards
 */
export async function addHistory(
  parts: LedgerParts,
  transaction: Prisma.TransactionClient,
  moments: readonly Moment[],
): Promise<readonly Answer[]> {
  await lockLedger(transaction)
  const requests = moments.flatMap((moment) => moment.requests)
  // The past is written with keys of any age, and asked for again.
  const { state } = await loadState(transaction, requests, needsOf(parts, requests), Number.POSITIVE_INFINITY)
  const evaluation = evaluate(parts, state, moments)
  await applyEvaluation(transaction, parts, state.head.hash, evaluation)
  return evaluation.answers
}
