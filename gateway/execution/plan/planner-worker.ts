/**
 * The planning thread: builds one planner, then answers each operation with its plan. It sees no
 * requests and no data.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { freeStartupMemory } from '../../../platform/memory/free-startup-memory.ts'
import { createPlanner, type SupergraphFacts, type VariantFilters } from './planner.ts'

/** What the thread is started with. */
export interface PlannerData {
  readonly supergraph: string
  readonly variants: VariantFilters
}

export interface PlanRequest {
  readonly id: number
  readonly operation: string
  /** Find a plan quickly rather than a good one. */
  readonly quickly: boolean
}

/**
 * Messages of the thread: first the facts (or why there are none), then one outcome per request.
 */
export type PlannerMessage =
  | { readonly kind: 'facts'; readonly facts: SupergraphFacts }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'plan'; readonly id: number; readonly plan: QueryPlan; readonly milliseconds: number }
  | { readonly kind: 'unplannable'; readonly id: number; readonly message: string }

const port = parentPort
if (!port) throw new Error('planner-worker.ts is a thread: planner-thread.ts starts it.')
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const say = (message: PlannerMessage): void => port.postMessage(message)

try {
  const { supergraph, variants } = workerData as PlannerData
  const planner = createPlanner(supergraph, variants)
  port.on('message', ({ id, operation, quickly }: PlanRequest) => {
    const start = performance.now()
    try {
      const plan = planner.plan(operation, quickly)
      say({ kind: 'plan', id, plan, milliseconds: performance.now() - start })
    } catch (error) {
      say({ kind: 'unplannable', id, message: messageOf(error) })
    }
  })
  say({ kind: 'facts', facts: planner.facts })
  freeStartupMemory()
} catch (error) {
  say({ kind: 'refused', message: messageOf(error) })
}
