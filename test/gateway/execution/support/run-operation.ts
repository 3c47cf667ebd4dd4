import { type DocumentNode, parse } from 'graphql'
import type { Answer } from '../../../../gateway/execution/answer/answer.ts'
import type { Engine } from '../../../../gateway/execution/engine.ts'
import type { CallContext, Send } from '../../../../gateway/traffic/call/send.ts'

/**
 * Runs an operation through the engine as a request does. Rejects only before the first call to a
 * service.
 */
export async function runOperation(
  engine: Engine,
  query: string,
  variables: Readonly<Record<string, unknown>>,
  context: CallContext,
  send: Send,
  document: DocumentNode = parse(query),
): Promise<Answer> {
  const prepared = engine.prepare(query, document)
  const bound = prepared.bind(variables)
  const compiled = await prepared.compiled(bound.conditions, context.caller)
  return compiled.execute(bound, context, send)
}
