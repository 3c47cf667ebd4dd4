/** Executes what the policies let through: a document met for the first time through Apollo Server, which validates it, and later at once. */
import { GraphQLError } from 'graphql'
import { AnswerText } from '../execution/answer-data.ts'
import type { Engine } from '../execution/engine.ts'
import type { Logger } from '../process/log.ts'
import type { CallContext, Send } from '../traffic/send.ts'
import type { KnownOperation } from './documents.ts'
import type { Exchange } from './exchange.ts'
import type { Host, Outcome } from './host.ts'
import { maskError } from './mask.ts'

export type Execute = (exchange: Exchange, operation: KnownOperation, call: CallContext) => Promise<Outcome>

export interface ExecuteOptions {
  readonly host: Host
  readonly engine: Engine
  readonly send: Send
  readonly log: Logger
}

export function createExecute({ host, engine, send, log }: ExecuteOptions): Execute {
  return async (exchange, operation, call) => {
    const { parameters, requestId } = exchange
    if (!operation.document.isValid) {
      const outcome = await host.execute(parameters, { exchange, call })
      // Apollo Server executes nothing that it has not validated.
      if ('data' in outcome) operation.document.isValid = true
      return outcome
    }
    const mask = (error: GraphQLError) => maskError(error.toJSON(), requestId, log, error)
    try {
      const prepared = engine.prepare(parameters.query, operation.document.node, parameters.operationName)
      const { data, errors } = await engine.execute(prepared, parameters.variables ?? {}, call, send)
      return {
        data: data === 'null' ? null : new AnswerText(data),
        ...(errors.length > 0 && { errors: errors.map(mask) }),
      }
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [mask(error)] }
      throw error
    }
  }
}
