/** The exact path alone, with the calls that were made before it takes over. */
import type { QueryPlan } from '@apollo/query-planner'
import { type GraphQLSchema, parse } from 'graphql'
import type { Answer } from '../../../../gateway/execution/answer/answer.ts'
import type { AskedCall, AskedCalls } from '../../../../gateway/execution/calls/ask.ts'
import { executeExactly } from '../../../../gateway/execution/exact/execute.ts'
import type { Denied } from '../../../../gateway/execution/plan/access.ts'
import {
  bindVariables,
  type ClientOperation,
  clientOperation,
} from '../../../../gateway/execution/plan/client-operation.ts'
import { planInOrder } from '../../../../gateway/execution/plan/in-order.ts'
import { createInternalNames } from '../../../../gateway/execution/plan/internal-names.ts'
import { plannedOperation } from '../../../../gateway/execution/plan/planned-operation.ts'
import { preparePlan } from '../../../../gateway/execution/plan/prepare.ts'
import type { SharedPlanner } from '../../../../gateway/execution/plan/shared-planner.ts'
import type { Fetch } from '../../../../gateway/execution/plan/step.ts'
import { typeRelations } from '../../../../gateway/execution/plan/type-relations.ts'
import type { Send, ServiceAnswer } from '../../../../gateway/traffic/call/send.ts'
import { callContext } from '../../../support/call-context.ts'
import type { Question } from './compare.ts'
import { planHere } from './plan-here.ts'

export interface SentByFetch extends AskedCall {
  readonly fetch: number
}

interface ExactRun {
  readonly answer: Answer
  readonly sent: readonly SentByFetch[]
}

export interface ExactPath {
  /** @param denied what the caller may not see */
  open(query: string, variables: Readonly<Record<string, unknown>>, denied?: Denied): Promise<ExactOperation>
  close(): Promise<void>
}

export interface ExactOperation {
  readonly fetches: readonly Fetch[]
  run(send: Send, asked?: AskedCalls, event?: ServiceAnswer): Promise<ExactRun>
}

/** @param maximum size of an answer */
export async function openExactPath(
  supergraph: string,
  schema: GraphQLSchema,
  bytes = Number.POSITIVE_INFINITY,
): Promise<ExactPath> {
  const planner = await planHere(supergraph, { onPlanned: () => undefined, onUnplannable: () => undefined })
  return {
    open: (query, variables, denied) => openOperation(planner, schema, { query, variables }, bytes, denied),
    close: () => planner.close(),
  }
}

async function openOperation(
  { facts, plan }: SharedPlanner,
  schema: GraphQLSchema,
  question: Question,
  bytes: number,
  denied: Denied | undefined,
): Promise<ExactOperation> {
  const client = clientOperation(schema, parse(question.query))
  const variables = bindVariables(client, question.variables)
  const { conditions } = variables
  const names = createInternalNames(new Set(facts.fieldNames), new Set(facts.plannerFields))
  const text = plannedOperation(client, conditions, names, new Set(facts.interfaceObjects), denied)
  const planned = preparePlan(await planOf(client, text, plan))
  const limit = { bytes, exceeded: () => undefined }
  const operation = { client, conditions, names, plan: planned, types: typeRelations(facts), limit, denied }
  return {
    fetches: planned.fetches,
    async run(send, asked = new Map(), event = undefined) {
      const sent: SentByFetch[] = []
      const answer = await executeExactly(operation, {
        variables,
        context: callContext,
        asked,
        event,
        ask(fetch, call) {
          const answer = send(call)
          sent.push({ fetch, body: call.body, answer })
          return answer
        },
      })
      return { answer, sent }
    },
  }
}

const planOf = (
  { definition }: ClientOperation,
  text: string | undefined,
  plan: SharedPlanner['plan'],
): QueryPlan | Promise<QueryPlan> => {
  if (text === undefined) return { kind: 'QueryPlan' }
  return definition.operation === 'mutation' ? planInOrder(text, plan) : plan(text)
}
