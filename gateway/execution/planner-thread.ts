/** The main thread's side of planning: one worker per supergraph, replaced when an operation takes it too long. Never plans by itself. */
import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { codedError } from '../protocol/errors.ts'
import type { SupergraphFacts } from './planner.ts'
import type { PlannerMessage, PlanRequest } from './planner-worker.ts'

export interface PlanningOptions {
  /**
   * Milliseconds after which planning an operation is given up and the thread replaced. After a quarter of them it is planned anew, with a plan
   * that is good enough and soon found.
   */
  readonly timeout: number
  /** Told of each operation that was planned, and how long it took. */
  onPlanned(operation: string, milliseconds: number): void
  /** Told of each operation that could not be planned and why: text for a log, never for a client. */
  onUnplannable(operation: string, reason: string): void
}

export interface PlannerThread {
  readonly facts: SupergraphFacts
  /** Rejects with `OPERATION_TOO_COMPLEX` when it takes too long, `INTERNAL` when the services cannot answer the operation together. */
  plan(operation: string): Promise<QueryPlan>
  close(): Promise<void>
}

interface Pending {
  readonly operation: string
  readonly quickly: boolean
  readonly resolve: (plan: QueryPlan) => void
  readonly reject: (error: Error) => void
}

/** Starts the thread. Rejects when the text is not a supergraph. */
export async function startPlannerThread(supergraph: string, options: PlanningOptions): Promise<PlannerThread> {
  const pending = new Map<number, Pending>()
  let nextId = 0
  let closed = false
  let worker: Promise<Worker>
  let deadline: NodeJS.Timeout | undefined

  const answer = (message: PlannerMessage): void => {
    if (message.kind !== 'plan' && message.kind !== 'unplannable') return
    const request = pending.get(message.id)
    if (!request) return
    pending.delete(message.id)
    watchFirst()
    // A thread with nothing to do does not hold the process.
    if (pending.size === 0) void worker.then((thread) => thread.unref())
    if (message.kind === 'plan') {
      options.onPlanned(request.operation, message.milliseconds)
      request.resolve(message.plan)
    } else {
      options.onUnplannable(request.operation, message.message)
      request.reject(unplannable())
    }
  }

  const start = (): { worker: Promise<Worker>; facts: Promise<SupergraphFacts> } => {
    const thread = new Worker(new URL('planner-worker.ts', import.meta.url), { workerData: supergraph })
    const facts = new Promise<SupergraphFacts>((resolve, reject) => {
      thread.once('message', (message: PlannerMessage) => {
        if (message.kind === 'facts') resolve(message.facts)
        else reject(new Error(message.kind === 'refused' ? message.message : 'The planner did not start.'))
      })
      thread.once('error', reject)
      thread.once('exit', () => reject(new Error('The planner ended before it was ready.')))
    })
    thread.on('message', answer)
    const ready = facts.then(() => {
      // A thread that dies (out of memory) takes only what it was planning with it.
      thread.on('error', () => void replace())
      if (pending.size === 0) thread.unref()
      return thread
    })
    return { worker: ready, facts }
  }

  const replace = async (): Promise<void> => {
    clearTimeout(deadline)
    const lost = [...pending.values()]
    pending.clear()
    const [culprit, ...waiting] = lost
    if (culprit && (culprit.quickly || closed)) {
      culprit.reject(codedError('OPERATION_TOO_COMPLEX', 'The operation takes too long to plan.'))
    } else if (culprit) {
      // Behind the others, which have waited long enough.
      waiting.push({ ...culprit, quickly: true })
    }
    void terminate(worker)
    if (closed) return
    worker = start().worker
    worker.catch(() => undefined)
    await Promise.all(waiting.map((request) => submit(request)))
  }

  // Operations are planned one after the other: the first one waiting is the one being planned.
  const watchFirst = (): void => {
    clearTimeout(deadline)
    const [first] = pending.values()
    if (!first) return
    const patience = first.quickly ? options.timeout : options.timeout / 4
    deadline = setTimeout(() => void replace(), patience).unref()
  }

  const submit = async (request: Pending): Promise<void> => {
    const id = nextId++
    pending.set(id, request)
    try {
      const message: PlanRequest = { id, operation: request.operation, quickly: request.quickly }
      const thread = await worker
      if (!pending.has(id)) return
      thread.ref()
      thread.postMessage(message)
      if (pending.size === 1) watchFirst()
    } catch {
      pending.delete(id)
      request.reject(unplannable())
    }
  }

  const first = start()
  worker = first.worker
  worker.catch(() => undefined)
  const facts = await first.facts
  return {
    facts,
    plan(operation) {
      if (closed) return Promise.reject(codedError('INTERNAL', 'The planner is closed.'))
      return new Promise((resolve, reject) => void submit({ operation, quickly: false, resolve, reject }))
    },
    async close() {
      closed = true
      clearTimeout(deadline)
      for (const { reject } of pending.values()) reject(codedError('INTERNAL', 'The planner is closed.'))
      pending.clear()
      await terminate(worker)
    },
  }
}

const terminate = async (worker: Promise<Worker>): Promise<void> => {
  const thread = await worker.catch(() => undefined)
  await thread?.terminate()
}

const unplannable = (): Error => codedError('INTERNAL', 'The operation cannot be planned.')
