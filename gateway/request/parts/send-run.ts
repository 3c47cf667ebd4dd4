/** Sends the parts of a run as they come, and returns the outcome of all. */
import type { GraphQLError, GraphQLFormattedError } from 'graphql'
import type { PartsSender } from '../../exchange/exchange.ts'
import type { Outcome } from '../../exchange/outcome.ts'
import type { RunInParts } from '../../execution/parts/execute.ts'

/** @param mask makes the error that the client may see, and logs it */
export async function sendRun(
  { parts, data }: RunInParts,
  send: PartsSender['send'],
  mask: (error: GraphQLError) => GraphQLFormattedError,
): Promise<Outcome> {
  const all: GraphQLFormattedError[] = []
  const told = (errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] => {
    const masked = errors.map(mask)
    all.push(...masked)
    return masked
  }
  for await (const { first, pending, completed, hasNext } of parts) {
    await send({
      ...(first && { first: { data: first.data, errors: told(first.errors) } }),
      pending,
      completed: completed.map((each) => ({ ...each, errors: told(each.errors) })),
      hasNext,
    })
  }
  return {
    /** Computed only for reports of cost or trace: the client has it already. */
    get body() {
      return Buffer.from(`{"data":${JSON.stringify(data())}}`)
    },
    ...(all.length > 0 && { errors: all }),
  }
}
