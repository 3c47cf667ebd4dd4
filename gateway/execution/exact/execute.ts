/**
 * The exact path: carries out a plan step by step, and completes the answer as the specification
 * says. It is simple and never guesses, and takes over when the flat path meets something
 * unexpected. It keeps nothing between runs.
 */
import type { FieldNode } from 'graphql'
import type { CallContext, ServiceAnswer } from '../../traffic/call/send.ts'
import { type Answer, AROUND } from '../answer/answer.ts'
import { ErrorReport } from '../answer/error-report.ts'
import { introspect } from '../answer/introspect.ts'
import { type AnswerLimit, TOO_LARGE, tooLarge } from '../answer/limit.ts'
import { answerShape } from '../answer/shape.ts'
import type { Ask, AskedCalls } from '../calls/ask.ts'
import type { Denied } from '../plan/access.ts'
import type { BoundVariables, ClientOperation } from '../plan/client-operation.ts'
import type { ConditionValues } from '../plan/conditions.ts'
import type { InternalNames } from '../plan/internal-names.ts'
import type { PreparedPlan } from '../plan/prepare.ts'
import type { Step } from '../plan/step.ts'
import type { TypeRelations } from '../plan/type-relations.ts'
import { createCompleter } from './complete-answer.ts'
import { fetchEntities } from './fetch-entities.ts'
import { fetchRoot } from './fetch-root.ts'
import { type Run, turnFor } from './run.ts'
import { createTakeover } from './takeover.ts'

export interface ExactOperation {
  readonly client: ClientOperation
  readonly conditions: ConditionValues
  readonly names: InternalNames
  readonly plan: PreparedPlan
  readonly types: TypeRelations
  readonly limit: AnswerLimit
  /** Fields and types that the caller may not see. */
  readonly denied?: Denied | undefined
}

export interface Circumstances {
  readonly variables: BoundVariables
  readonly context: CallContext
  readonly ask: Ask
  /** Calls that were made already: their answers are used, and they are not repeated. */
  readonly asked?: AskedCalls
  /** The event of a subscription. */
  readonly event?: ServiceAnswer | undefined
}

/** Never rejects for a service's fault: that is an error in the answer. */
export async function executeExactly(operation: ExactOperation, circumstances: Circumstances): Promise<Answer> {
  const { plan } = operation
  const { variables, event } = circumstances
  const run = openRun(operation, circumstances)
  if (event && plan.events) await fetchRoot(plan.events, run, event)
  if (plan.steps) await carryOut(plan.steps, run)
  return answerOf(operation, run, variables)
}

export const openRun = (
  { types, limit }: ExactOperation,
  { variables, context, ask, asked = new Map() }: Circumstances,
): Run => ({
  data: {},
  size: 0,
  most: limit.bytes,
  types,
  variables: variables.values,
  context,
  ask,
  before: createTakeover(asked),
  report: new ErrorReport(),
})

/** @param onEnd called with the index of each fetch that has ended */
export async function carryOut(step: Step, run: Run, onEnd?: (fetch: number) => void): Promise<void> {
  if (step.kind === 'fetch') {
    await (step.node.requires ? fetchEntities : fetchRoot)(step, run)
    onEnd?.(step.index)
  } else if (step.kind === 'parallel') await Promise.all(step.steps.map((each) => carryOut(each, run, onEnd)))
  else for (const each of step.steps) await carryOut(each, run, onEnd)
}

async function answerOf(
  { client, conditions, names, types, limit, denied }: ExactOperation,
  run: Run,
  variables: BoundVariables,
): Promise<Answer> {
  const shape = answerShape(client, conditions, names, types, denied)
  const introspected = (nodes: readonly FieldNode[]) => introspect(client, nodes, variables)
  try {
    if (run.size >= run.most) throw TOO_LARGE
    await turnFor(run)
    const { report } = run
    const completer = createCompleter({ introspect: introspected, longest: limit.bytes, report, types })
    const data = completer.answer(shape, run.data)
    await turnFor(run)
    const body = Buffer.from(`{"data":${JSON.stringify(data)}}`)
    if (body.length - AROUND > limit.bytes) throw TOO_LARGE
    return { body, errors: run.report.all }
  } catch (error) {
    if (error !== TOO_LARGE) throw error
    return tooLarge(limit, run.context)
  }
}
