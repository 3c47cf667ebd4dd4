/**
 * What every mutation does: checks the caller, asks the ledger once under the key, and answers with
 * its outcome.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { failureOf } from '../database/failure.ts'
import type { Outcome } from '../ledger/refusal.ts'
import { type Command, ledgerRequest } from '../ledger/request.ts'
import { actorOf, requireScope } from './access.ts'
import { type BankingContext, forgetReads } from './context.ts'
import { type Asked, idempotencyKey } from './input.ts'

export type MutationResult = Outcome & { readonly replayed: boolean }

/** @param read turns the input into a command; its errors are the answer */
export async function mutate(context: BankingContext, read: () => Asked<Command>): Promise<MutationResult> {
  const caller = requireScope(context.caller, 'banking:write')
  const { idempotencyKey: key, command } = read()
  const { outcome, replayed } = await context.ledger.submit(
    ledgerRequest({ actor: actorOf(caller), key: idempotencyKey(key), requestId: context.requestId, command }),
  )
  forgetReads(context)
  return { ...outcome, replayed }
}

/** A mutation that asks the ledger for what its input says, and needs nothing else. */
export const asking =
  <Input>(read: (input: Input) => Asked<Command>) =>
  (_: unknown, { input }: { readonly input: Input }, context: BankingContext): Promise<MutationResult> =>
    mutate(context, () => read(input))

/** Resolves the union of a mutation's result. @param accepted the type of an acceptance */
export const resultOf = (accepted: string) => ({
  __resolveType: (result: MutationResult): string => (result.accepted ? accepted : 'Refusal'),
})

const PATIENCE = 10_000 // milliseconds; the gateway gives a mutation 15 s
const PAUSE = 200 // milliseconds

/**
 * Reads what a mutation did: it happened, whether or not the database can be read now, and so the
 * read is tried for long.
 */
export async function readBack<Value>(
  context: BankingContext,
  read: (context: BankingContext) => Promise<Value>,
): Promise<Value> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    try {
      return await read(context)
    } catch (error) {
      if (failureOf(error) !== 'outage' || performance.now() + PAUSE > deadline) throw error
      await sleep(PAUSE)
      forgetReads(context)
    }
  }
}
