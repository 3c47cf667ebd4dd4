/** The engine as Apollo Server's executor: what its `gateway` interface asks for, and nothing more. */
import type { GatewayExecutor } from '@apollo/server-gateway-interface'
import { GraphQLError } from 'graphql'
import type { CallContext, Send } from '../traffic/send.ts'
import { AnswerText } from './answer-data.ts'
import type { Engine } from './engine.ts'

/** @param callOf the call context in what the host passes along with a request */
export function createExecutor(engine: Engine, send: Send, callOf: (context: object) => CallContext): GatewayExecutor {
  return async ({ document, source, request, context }) => {
    try {
      const operation = engine.prepare(source, document, request.operationName)
      const { data, errors } = await engine.execute(operation, request.variables ?? {}, callOf(context), send)
      return { data: data === 'null' ? null : new AnswerText(data), ...(errors.length > 0 && { errors }) }
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] }
      throw error
    }
  }
}
