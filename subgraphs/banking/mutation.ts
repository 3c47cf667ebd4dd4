/** What every mutation does: checks the caller, asks the ledger once under the key, and answers with its outcome. */
import { actorOf, requireScope } from './access.ts'
import { type BankingContext, forgetReads } from './context.ts'
import { idempotencyKey, type Keyed } from './input.ts'
import type { Outcome } from './ledger/refusal.ts'
import { type Command, ledgerRequest } from './ledger/request.ts'

export type MutationResult = Outcome & { readonly replayed: boolean }

/** @param read turns the input into a command; its errors are the answer */
export async function mutate(
  context: BankingContext,
  read: () => Keyed & { readonly command: Command },
): Promise<MutationResult> {
  const caller = requireScope(context.caller, 'banking:write')
  const { idempotencyKey: key, command } = read()
  const { outcome, replayed } = await context.ledger.submit(
    ledgerRequest({ actor: actorOf(caller), key: idempotencyKey(key), requestId: context.requestId, command }),
  )
  forgetReads(context)
  return { ...outcome, replayed }
}
