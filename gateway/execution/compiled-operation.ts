/**
 * An operation ready to run: its plan as steps and its answer's writers, for one set of values of
 * its conditions. It is made once and keeps nothing of a run.
 */

import type { QueryPlan } from '@apollo/query-planner'
import { executeSync, type FieldNode, type GraphQLError, Kind, OperationTypeNode } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'
import type { CallContext, Send, ServiceAnswer } from '../traffic/call/send.ts'
import { type AnswerLimit, fits, TOO_LARGE } from './answer/limit.ts'
import { answerShape } from './answer/shape.ts'
import { compileAnswerText } from './exact/answer-text.ts'
import { compilePlan } from './exact/compile-plan.ts'
import type { EventSource } from './exact/compile-subscription.ts'
import { completeAnswer } from './exact/complete-answer.ts'
import type { Run } from './exact/run.ts'
import type { BoundVariables, ClientOperation } from './plan/client-operation.ts'
import type { ConditionValues } from './plan/conditions.ts'
import type { InternalNames } from './plan/internal-names.ts'
import { planServices } from './plan/services.ts'
import type { TypeRelations } from './plan/type-relations.ts'

/** An answer whose data is JSON text already. */
export interface Answer {
  readonly data: string
  readonly errors: readonly GraphQLError[]
}

export interface CompiledOperation {
  /** Every service it may ask. */
  readonly services: ReadonlySet<string>
  /** Where the events of a subscription come from. */
  readonly events: Pick<EventSource, 'service' | 'body'> | undefined
  /**
   * Never rejects for a service's fault: that is an error in the answer.
   * @param event of a subscription: what its service sent
   */
  execute(variables: BoundVariables, context: CallContext, send: Send, event?: ServiceAnswer): Promise<Answer>
}

/** @throws PlanShapeError for a plan the engine cannot execute */
export function compileOperation(
  client: ClientOperation,
  conditions: ConditionValues,
  names: InternalNames,
  plan: QueryPlan,
  types: TypeRelations,
  limit: AnswerLimit,
): CompiledOperation {
  const { execute, events } = compilePlan(plan, types)
  const shape = answerShape(client, conditions, names)
  const writeText = compileAnswerText(shape, limit.bytes)
  const write = (run: Run, variables: BoundVariables): Answer => {
    const text = writeText(run.data)
    if (text !== undefined) return { data: text, errors: run.errors }
    const introspected = (nodes: readonly FieldNode[]) => introspect(client, nodes, variables)
    const { data, errors } = completeAnswer(shape, run.data, introspected, limit.bytes)
    return { data: JSON.stringify(data), errors: [...errors, ...run.errors] }
  }
  return {
    services: planServices(plan),
    events,
    execute(variables, context, send, event) {
      const run: Run = { data: {}, placed: [], variables: variables.values, context, send, errors: [] }
      if (event) events?.receive(run, event)
      return execute(run).then(() => {
        try {
          const answer = write(run, variables)
          if (fits(answer.data, limit.bytes)) return answer
        } catch (error) {
          if (error !== TOO_LARGE) throw error
        }
        limit.exceeded(context)
        return tooLarge(limit.bytes)
      })
    },
  }
}

const tooLarge = (bytes: number): Answer => ({
  data: 'null',
  errors: [codedError('OPERATION_TOO_COMPLEX', `The answer is larger than ${bytes} bytes.`)],
})

/** `__schema` and `__type` are about the schema alone, and answered by graphql-js. */
function introspect(
  { schema, definition, fragments }: ClientOperation,
  nodes: readonly FieldNode[],
  variables: BoundVariables,
) {
  const { data } = executeSync({
    schema,
    document: {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions: definition.variableDefinitions ?? [],
          selectionSet: { kind: Kind.SELECTION_SET, selections: nodes.map(({ alias: _alias, ...field }) => field) },
        },
        ...fragments.values(),
      ],
    },
    variableValues: variables.values,
  })
  const [node] = nodes
  return (node && data?.[node.name.value]) ?? null
}
