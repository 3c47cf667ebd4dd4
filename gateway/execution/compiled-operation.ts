/**
 * An operation ready to run, for one set of values of its conditions. It is made once and keeps
 * nothing of a run.
 */
import type { QueryPlan } from '@apollo/query-planner'
import type { CallContext, RequestBody, Send, ServiceAnswer, Signal } from '../traffic/call/send.ts'
import type { Answer } from './answer/answer.ts'
import { introspect } from './answer/introspect.ts'
import { type AnswerLimit, TOO_LARGE, tooLarge } from './answer/limit.ts'
import { answerShape } from './answer/shape.ts'
import { type Ask, recorded } from './calls/ask.ts'
import { requestBody } from './calls/request-body.ts'
import { executeExactly } from './exact/execute.ts'
import { compileFlat } from './flat/compile.ts'
import { runFlat } from './flat/run.ts'
import { executeInParts, type RunInParts } from './parts/execute.ts'
import { type Needs, needsOf } from './parts/needs.ts'
import { splitFetches } from './parts/split-fetches.ts'
import { splitPlan } from './parts/split-plan.ts'
import { type Denied, shownTo } from './plan/access.ts'
import type { AccessRules } from './plan/access-rules.ts'
import type { BoundVariables, ClientOperation } from './plan/client-operation.ts'
import { type ConditionValues, IN_PARTS } from './plan/conditions.ts'
import type { InternalNames } from './plan/internal-names.ts'
import { preparePlan } from './plan/prepare.ts'
import { type Stages, stagesOf } from './plan/stages.ts'
import type { TypeRelations } from './plan/type-relations.ts'
import { explainCalls } from './trace/explain.ts'
import type { Tracing } from './trace/tracing.ts'

/** Where the events of a subscription come from. */
interface EventSource {
  readonly service: string
  /** The request that opens the stream. */
  body(variables: Readonly<Record<string, unknown>>): RequestBody
}

export interface CompiledOperation {
  /** The services it calls, in order; of a subscription, for each event. */
  readonly stages: Stages
  /** All services it may call. */
  readonly services: ReadonlySet<string>
  /** Bytes of its code and of the errors of denied fields. */
  readonly codeBytes: number
  readonly events: EventSource | undefined
  /**
   * Never rejects for a service's fault: that is an error in the answer. @param event of a
   * subscription
   */
  execute(
    variables: BoundVariables,
    context: CallContext,
    send: Send,
    event?: ServiceAnswer,
    tracing?: Tracing,
  ): Promise<Answer>
  /**
   * The same in parts, where the client takes them and something is deferred.
   * @param left aborted when nobody waits for the rest any more
   */
  readonly executeInParts:
    | ((variables: BoundVariables, context: CallContext, send: Send, left: Signal, tracing?: Tracing) => RunInParts)
    | undefined
}

interface OperationParts {
  readonly client: ClientOperation
  readonly names: InternalNames
  readonly conditions: ConditionValues
  readonly plan: QueryPlan
  readonly types: TypeRelations
  /** Interfaces whose objects some service does not know (`@interfaceObject`). */
  readonly interfaceObjects: ReadonlySet<string>
  readonly limit: AnswerLimit
  readonly access: AccessRules
  /** What the caller may not see. */
  readonly denied: Denied | undefined
  /**
   * Makes client and names again. They are not kept, because they are large and only the exact path
   * needs them.
   */
  readonly reopen: () => Pick<OperationParts, 'client' | 'names'>
  /** Called for each execution by the exact path. */
  readonly onExact: () => void
}

const BYTES_PER_DENIAL = 1_024 // as measured
/** Memory per character of plan: an operation in parts also keeps its document. */
const BYTES_PER_CHARACTER = 8

/** @throws PlanShapeError for a plan the engine cannot execute */
export function compileOperation(parts: OperationParts): CompiledOperation {
  const { client, conditions, names } = parts
  const needs = conditions[IN_PARTS] ? needsOf(client, conditions, names) : undefined
  return needs && needs.parts.size > 0 ? compileInParts(parts, needs) : compileWhole(parts)
}

/** Compiles an operation that is answered in parts; `execute` always rejects. */
function compileInParts(parts: OperationParts, needs: Needs): CompiledOperation {
  const { client, names, conditions, types, interfaceObjects, limit, access, denied, onExact } = parts
  const planned = preparePlan(parts.plan, false)
  const plan = splitFetches(planned, needs, splitPlan(planned, needs, interfaceObjects), types)
  const split = splitPlan(plan, needs, interfaceObjects)
  const shape = answerShape(client, conditions, names, types, denied)
  const operation = { client, conditions, names, plan, split, shape, types, limit, denied }
  const explain = () =>
    explainCalls({
      schema: client.schema,
      shape: answerShape(client, { ...conditions, [IN_PARTS]: false }, names, types, denied),
      plan,
      types,
      shows: shownTo(client, access, denied),
      waitsFor: () => [],
    })
  return {
    codeBytes: JSON.stringify(parts.plan).length * BYTES_PER_CHARACTER,
    stages: stagesOf(plan.steps),
    services: new Set(plan.fetches.map(({ node }) => node.serviceName)),
    events: undefined,
    execute: () => Promise.reject(new Error('This form of the operation is answered in parts.')),
    executeInParts(variables, context, send, left, tracing) {
      onExact()
      const ask: Ask = tracing ? tracing.asking(send, explain) : (_fetch, call) => send(call)
      return executeInParts(operation, { variables, context, ask, left })
    },
  }
}

function compileWhole(parts: OperationParts): CompiledOperation {
  const { conditions, types, limit, access, denied, reopen, onExact } = parts
  const plan = preparePlan(parts.plan)
  const { events, fetches } = plan
  const shape = answerShape(parts.client, conditions, parts.names, types, denied)
  const flat = compileFlat(parts.client, shape, plan, types)
  const exact = (circumstances: Parameters<typeof executeExactly>[1]): Promise<Answer> => {
    onExact()
    return executeExactly({ ...reopen(), conditions, plan, types, limit, denied }, circumstances)
  }
  const openShape = () => {
    const { client, names } = reopen()
    return answerShape(client, conditions, names, types, denied)
  }
  const explain = () => {
    const { client } = reopen()
    return explainCalls({
      schema: client.schema,
      shape: openShape(),
      plan,
      types,
      shows: shownTo(client, access, denied),
      waitsFor: (fetch) => flat?.fetches[fetch]?.waitsFor ?? [],
    })
  }
  return {
    codeBytes: flat ? flat.code.words.buffer.byteLength + flat.denials.length * BYTES_PER_DENIAL : 0,
    stages: [...(events ? [[events.node.serviceName]] : []), ...stagesOf(plan.steps)],
    services: new Set(fetches.map(({ node }) => node.serviceName)),
    events: events && {
      service: events.node.serviceName,
      body: (variables) => requestBody(events.node, variables),
    },
    executeInParts: undefined,
    async execute(variables, context, send, event, tracing) {
      const ask: Ask = tracing ? tracing.asking(send, explain) : (_fetch, call) => send(call)
      if (!flat) return exact({ variables, context, ask, event })
      const { asked, ask: askAndRecord } = recorded(ask)
      try {
        const answer = await runFlat(flat, {
          variables,
          context,
          ask: askAndRecord,
          event,
          limit: limit.bytes,
          introspect: (nodes) => JSON.stringify(introspect(reopen().client, nodes, variables)),
          openShape,
        })
        return answer ?? (await exact({ variables, context, ask, asked, event }))
      } catch (error) {
        if (error !== TOO_LARGE) throw error
        return tooLarge(limit, context)
      }
    },
  }
}
