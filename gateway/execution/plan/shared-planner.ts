/**
 * The planner of one engine. Engines of the same supergraph share a thread: a new configuration
 * uses that of the one before. A second thread would take half a second of CPU, and load the
 * planner into memory again.
 */
import type { QueryPlan } from '@apollo/query-planner'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { SupergraphFacts } from './planner.ts'
import { type PlannerThread, type PlanningOptions, startPlannerThread } from './planner-thread.ts'

export interface SharedPlanner {
  readonly facts: SupergraphFacts
  /** See `PlannerThread`. */
  plan(operation: string, caller?: string): Promise<QueryPlan>
  /** Rejects waiting operations. The thread ends with the last engine that uses it. */
  close(): Promise<void>
}

interface Shared {
  readonly thread: Promise<PlannerThread>
  engines: number
}

const threads = new Map<string, Shared>()

/** Rejects when the text is not a supergraph. */
export async function openPlanner(supergraph: string, options: PlanningOptions): Promise<SharedPlanner> {
  const key = JSON.stringify([supergraph, ...(options.variants ?? [])])
  const shared = threads.get(key) ?? { thread: startPlannerThread(supergraph, options.variants), engines: 0 }
  threads.set(key, shared)
  shared.engines += 1
  /** True for the last one. */
  const leave = (): boolean => {
    shared.engines -= 1
    return shared.engines === 0 && threads.delete(key)
  }
  const thread = await shared.thread.catch((error: unknown) => {
    leave()
    throw error
  })
  const waiting = new Set<(reason: Error) => void>()
  let isClosed = false
  const closed = (): Error => codedError('INTERNAL', 'The planner is closed.')
  return {
    facts: thread.facts,
    async plan(operation, caller) {
      if (isClosed) throw closed()
      const { promise, resolve, reject } = Promise.withResolvers<QueryPlan>()
      waiting.add(reject)
      thread.plan(operation, caller, options).then(resolve, reject)
      return promise.finally(() => waiting.delete(reject))
    },
    async close() {
      isClosed = true
      for (const reject of waiting) reject(closed())
      if (leave()) await thread.close()
    },
  }
}
