/**
 * The main thread's side of planning: one worker per supergraph, which is replaced if an operation
 * takes too long. It plans one operation at a time, and callers take turns: a caller with a hundred
 * hard operations delays another caller's by one at a time.
 */
import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { createFairQueue } from '../../../platform/data/fair-queue.ts'
import { timerDelay } from '../../../platform/data/timer-delay.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import type { SupergraphFacts, VariantFilters } from './planner.ts'
import type { PlannerData, PlannerMessage, PlanRequest } from './planner-worker.ts'

export interface PlanningOptions {
  /** Contract variants, whose schemas are part of the facts. */
  readonly variants?: VariantFilters
  /**
   * Milliseconds after which planning is given up and the thread replaced. After a quarter of this
   * time the operation is planned again, for a plan that is good enough and quickly found.
   */
  readonly timeout: number
  /** Operations of one caller that may wait to be planned; `Infinity` for no bound. */
  readonly plansWaiting: number
  /** Called with how long the thread has worked for a caller, with or without success. */
  onWorked(caller: string, milliseconds: number): void
  /** Called for each refused operation of a caller with too many waiting. */
  onRefused(caller: string): void
  /** Called for each planned operation, with the time that it took. */
  onPlanned(operation: string, milliseconds: number): void
  /**
   * Called for each operation that could not be planned, with a reason for the log, never for a
   * client.
   */
  onUnplannable(operation: string, reason: string): void
}

export interface PlannerThread {
  readonly facts: SupergraphFacts
  /**
   * Rejects with `OPERATION_TOO_COMPLEX` if planning takes too long, `BUDGET_EXHAUSTED` if too many
   * operations of the caller wait, `INTERNAL` if the services cannot answer the operation.
   * @param caller whose turn it takes; without one it waits until no caller does
   */
  plan(operation: string, caller: string | undefined, options: PlanningOptions): Promise<QueryPlan>
  /** Waiting operations are neither planned nor rejected. */
  close(): Promise<void>
}

interface Pending {
  readonly options: PlanningOptions
  readonly caller: string | undefined
  readonly operation: string
  readonly quickly: boolean
  readonly resolve: (plan: QueryPlan) => void
  readonly reject: (error: Error) => void
}

const RETRY_AFTER = 1 // seconds

/** Starts the thread. Rejects when the text is not a supergraph. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: closures of one thread
export async function startPlannerThread(supergraph: string, variants = NO_VARIANTS): Promise<PlannerThread> {
  const requests = createFairQueue<Pending>()
  /** Operations without a caller: planned after those of all callers. */
  const others = createFairQueue<Pending>()
  let running: { readonly id: number; readonly request: Pending; readonly since: number } | undefined
  let nextId = 0
  let closed = false
  let worker: Promise<Worker>
  let deadline: NodeJS.Timeout | undefined

  const join = (request: Pending): void => {
    const { caller } = request
    if (caller === undefined) others.join('', request)
    else requests.join(caller, request)
  }

  /** Reports the work on the current operation, if the thread has begun it. */
  const tellWork = (milliseconds = performance.now() - (running?.since ?? 0)): void => {
    const { caller, options } = running?.request ?? {}
    if (caller !== undefined && milliseconds > 0) options?.onWorked(caller, milliseconds)
  }

  const answer = (message: PlannerMessage): void => {
    if (message.kind !== 'plan' && message.kind !== 'unplannable') return
    if (message.id !== running?.id) return
    const { request } = running
    const { options } = request
    tellWork(message.kind === 'plan' ? message.milliseconds : undefined)
    running = undefined
    if (message.kind === 'plan') {
      options.onPlanned(request.operation, message.milliseconds)
      request.resolve(message.plan)
    } else {
      options.onUnplannable(request.operation, message.message)
      request.reject(unplannable())
    }
    void advance()
  }

  const replace = async (): Promise<void> => {
    clearTimeout(deadline)
    tellWork()
    const culprit = running?.request
    running = undefined
    if (culprit?.quickly) {
      culprit.reject(codedError('OPERATION_TOO_COMPLEX', 'The operation takes too long to plan.'))
    } else if (culprit) {
      // Behind the caller's other operations.
      join({ ...culprit, quickly: true })
    }
    void terminate(worker)
    if (closed) return
    restart()
    await advance()
  }

  /** The facts are known by now, so the new thread need not compute those of variants. */
  const restart = (): void => {
    worker = startWorker({ supergraph, variants: NO_VARIANTS }, answer, () => void replace()).worker
    worker.catch(() => undefined)
  }

  /**
   * Sets the deadline of the current operation. A quick plan may take the whole time, unless other
   * callers wait.
   */
  const watch = (): void => {
    clearTimeout(deadline)
    if (!running) return
    const { request, since } = running
    const mayTakeLong = request.quickly && requests.size === requests.lengthOf(request.caller ?? '')
    const { timeout } = request.options
    const allowed = mayTakeLong ? timeout : timeout / 4
    deadline = setTimeout(() => void replace(), timerDelay(since + allowed - performance.now())).unref()
  }

  const advance = async (): Promise<void> => {
    if (running || closed) return
    const request = requests.next() ?? others.next()
    if (!request) {
      clearTimeout(deadline)
      // An idle thread does not keep the process alive. One that did not start has no such hold.
      void worker.then(
        (thread) => thread.unref(),
        () => undefined,
      )
      return
    }
    const id = nextId++
    running = { id, request, since: Number.POSITIVE_INFINITY }
    try {
      const message: PlanRequest = { id, operation: request.operation, quickly: request.quickly }
      const thread = await worker
      if (running?.id !== id) return
      running = { id, request, since: performance.now() }
      thread.ref()
      thread.postMessage(message)
      watch()
    } catch {
      if (running?.id !== id) return
      running = undefined
      request.reject(unplannable())
      if (!closed) restart()
      await advance()
    }
  }

  const first = startWorker({ supergraph, variants }, answer, () => void replace())
  worker = first.worker
  worker.catch(() => undefined)
  const facts = await first.facts
  return {
    facts,
    plan(operation, caller, options) {
      if (caller !== undefined && requests.lengthOf(caller) >= options.plansWaiting) {
        options.onRefused(caller)
        const message = `${options.plansWaiting} new operations of this caller wait already; try again in ${RETRY_AFTER} s.`
        return Promise.reject(codedError('BUDGET_EXHAUSTED', message, { retryAfter: RETRY_AFTER }))
      }
      return new Promise((resolve, reject) => {
        join({ options, operation, caller, quickly: false, resolve, reject })
        if (running && Number.isFinite(running.since)) watch()
        void advance()
      })
    },
    async close() {
      closed = true
      clearTimeout(deadline)
      running = undefined
      await terminate(worker)
    },
  }
}

const NO_VARIANTS: VariantFilters = new Map()

/** @param fail called if the thread dies (out of memory), which loses only the current operation */
function startWorker(
  workerData: PlannerData,
  answer: (message: PlannerMessage) => void,
  fail: () => void,
): { worker: Promise<Worker>; facts: Promise<SupergraphFacts> } {
  const thread = new Worker(new URL('planner-worker.ts', import.meta.url), { workerData })
  const facts = new Promise<SupergraphFacts>((resolve, reject) => {
    thread.once('message', (message: PlannerMessage) => {
      if (message.kind === 'facts') resolve(message.facts)
      else reject(new Error(message.kind === 'refused' ? message.message : 'The planner did not start.'))
    })
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('The planner ended before it was ready.')))
  })
  thread.on('message', answer)
  const worker = facts.then(() => {
    thread.on('error', fail)
    thread.unref()
    return thread
  })
  return { worker, facts }
}

const terminate = async (worker: Promise<Worker>): Promise<void> => {
  const thread = await worker.catch(() => undefined)
  await thread?.terminate()
}

/** The error for the client, whatever the reason. */
export const unplannable = (): Error => codedError('INTERNAL', 'The operation cannot be planned.')
