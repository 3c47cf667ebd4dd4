/**
 * The engine as Apollo Server's executor: what its `gateway` interface asks for, and nothing more.
 */
import type { GatewayExecutor } from '@apollo/server-gateway-interface'
import { type DocumentNode, GraphQLError } from 'graphql'
import type { CallContext, Send } from '../traffic/call/send.ts'
import { AnswerText } from './answer-data.ts'
import type { Engine } from './engine.ts'

export interface Executed {
  readonly call: CallContext
  /** The host's own copy is not kept. */
  readonly document: DocumentNode
}

/** @param executedOf reads what the host passes along with a request */
export function createExecutor(engine: Engine, send: Send, executedOf: (context: object) => Executed): GatewayExecutor {
  return async ({ source, request, context }) => {
    try {
      const { call, document } = executedOf(context)
      const operation = engine.prepare(source, document, request.operationName)
      const { data, errors } = await engine.execute(operation, request.variables ?? {}, call, send)
      return { data: data === 'null' ? null : new AnswerText(data), ...(errors.length > 0 && { errors }) }
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] }
      throw error
    }
  }
}
