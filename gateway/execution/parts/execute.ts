/**
 * Executes an operation with deferred fragments: first everything that is not deferred, then each
 * part as soon as its services have answered. All parts share the engine's data, so nothing is
 * fetched twice.
 */
import type { FieldNode } from 'graphql'
import type { Signal } from '../../traffic/call/send.ts'
import { introspect } from '../answer/introspect.ts'
import { TOO_LARGE, tooLarge } from '../answer/limit.ts'
import type { Part } from '../answer/part.ts'
import type { ObjectShape } from '../answer/shape.ts'
import type { Ask } from '../calls/ask.ts'
import { type Completer, createCompleter, type Output } from '../exact/complete-answer.ts'
import { type Circumstances, carryOut, type ExactOperation, openRun } from '../exact/execute.ts'
import { type Run, turnFor } from '../exact/run.ts'
import { createDelivery } from './delivery.ts'
import { startLater } from './later.ts'
import type { SplitPlan } from './split-plan.ts'

interface OperationInParts extends ExactOperation {
  /** The shape without deferred fragments. */
  readonly shape: ObjectShape
  readonly split: SplitPlan
}

interface PartsCircumstances extends Omit<Circumstances, 'asked' | 'event'> {
  /** Aborted when the client no longer waits for the rest. */
  readonly left: Signal
}

export interface RunInParts {
  /** Rejects before the first part only, and never for a service's fault. */
  readonly parts: AsyncGenerator<Part, void, undefined>
  /** The data that the client has so far. */
  data(): unknown
}

export function executeInParts(operation: OperationInParts, circumstances: PartsCircumstances): RunInParts {
  const { split, limit, client, types } = operation
  const { variables } = circumstances
  const run = openRun(operation, { ...circumstances, ask: askForParts(operation, circumstances) })
  // Deferred parts of a mutation are read after all of its changes.
  const later = startLater(split, run, client.definition.operation === 'mutation')
  const completer = createCompleter({
    introspect: (nodes: readonly FieldNode[]) => introspect(client, nodes, variables),
    longest: limit.bytes,
    report: run.report,
    types,
  })
  let data: Output | null = null

  async function* parts(): AsyncGenerator<Part, void, undefined> {
    if (split.first) await carryOut(split.first, run, later.onEnd)
    await turnFor(run)
    const first = firstOf(operation, run, completer)
    data = first.data
    const delivery = createDelivery({ limit, needed: split.needed, run, completer, later })
    later.begin()
    yield { first, pending: delivery.announce(), completed: [], hasNext: delivery.hasNext }
    while (delivery.hasNext) {
      while (!delivery.hasReady) await later.next()
      await turnFor(run)
      const completed = delivery.completeReady()
      yield { pending: delivery.announce(), completed, hasNext: delivery.hasNext }
    }
  }
  return { parts: parts(), data: () => data }
}

/** Calls for deferred parts end when the client leaves, and change nothing. */
function askForParts({ split }: OperationInParts, { ask, left }: PartsCircumstances): Ask {
  const deferred = new Set(split.later.map(({ fetch }) => fetch.index))
  return (fetch, call) => {
    if (!deferred.has(fetch)) return ask(fetch, call)
    return ask(fetch, { ...call, context: { ...call.context, signal: left, idempotent: false } })
  }
}

function firstOf(
  { limit, shape }: OperationInParts,
  run: Run,
  completer: Completer,
): { readonly data: Output | null; readonly errors: NonNullable<Part['first']>['errors'] } {
  try {
    if (run.size >= run.most) throw TOO_LARGE
    const data = completer.answer(shape, run.data)
    const errors = run.report.all
    run.report.takeUnplaced()
    return { data, errors }
  } catch (error) {
    if (error !== TOO_LARGE) throw error
    completer.parts.length = 0
    return { data: null, errors: tooLarge(limit, run.context).errors }
  }
}
