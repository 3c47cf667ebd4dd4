/**
 * Executes every mutation: checks the caller, asks the ledger once under the key, and answers with
 * its outcome.
 */
import { timerDelay } from '../../../platform/data/timer-delay.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { failureOf } from '../database/failure.ts'
import type { Answer } from '../ledger/evaluate.ts'
import type { Outcome } from '../ledger/refusal.ts'
import { type Command, ledgerRequest } from '../ledger/request.ts'
import { actorOf, requireScope } from './access.ts'
import { type BankingContext, forgetReads } from './context.ts'
import { type Asked, idempotencyKey } from './input.ts'

export type MutationResult = Outcome & Omit<Answer, 'outcome'>

/** @param read turns the input into a command; its errors are the answer */
export async function mutate(context: BankingContext, read: () => Asked<Command>): Promise<MutationResult> {
  const caller = requireScope(context.caller, 'banking:write')
  const { idempotencyKey: key, command } = read()
  const request = ledgerRequest({
    actor: actorOf(caller),
    key: idempotencyKey(key),
    requestId: context.requestId,
    command,
  })
  const { outcome, ...answer } = await byDeadline(context, context.ledger.submit(request))
  forgetReads(context)
  return { ...outcome, ...answer }
}

/**
 * The ledger continues after the deadline, but the caller gets a useful error: the gateway would
 * only report a timeout.
 */
async function byDeadline<Value>({ deadline }: BankingContext, submitted: Promise<Value>): Promise<Value> {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const message = 'The ledger does not answer in time. Ask again with the same key.'
  const timer = setTimeout(
    () => reject(codedError('SERVICE_UNAVAILABLE', message, { service: 'banking' })),
    timerDelay(deadline - performance.now()),
  )
  try {
    return await Promise.race([submitted, expired])
  } finally {
    clearTimeout(timer)
  }
}

/** A mutation that needs nothing but its input. */
export const asking =
  <Input>(read: (input: Input) => Asked<Command>) =>
  (_: unknown, { input }: { readonly input: Input }, context: BankingContext): Promise<MutationResult> =>
    mutate(context, () => read(input))

/** Resolves the union of a mutation's result. @param accepted the type of an acceptance */
export const resultOf = (accepted: string) => ({
  __resolveType: (result: MutationResult): string => (result.accepted ? accepted : 'Refusal'),
})

const PAUSE = 200 // milliseconds between attempts

/**
 * Reads the result of a mutation. The mutation has happened even if the database cannot be read
 * now, so the read is repeated until the caller's deadline: `database/retried-reads.ts` repeats a
 * read only once.
 */
export async function readBack<Value>(
  context: BankingContext,
  read: (context: BankingContext) => Promise<Value>,
): Promise<Value> {
  for (;;) {
    try {
      return await read(context)
    } catch (error) {
      if (failureOf(error) !== 'outage' || performance.now() + PAUSE > context.deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
      forgetReads(context)
    }
  }
}
