/**
 * Lets one call answer all identical ones in flight. For stateless services only: there is no
 * caller in the call that could be mixed up.
 */
import type { AnswerStore } from './cache/store.ts'
import { createAbort } from './call/abort.ts'
import { createCallers, type OpenCallers } from './call/callers.ts'
import { CallFailure } from './call/failure.ts'
import type { StatelessService } from './call/kind.ts'
import type { ServiceCall, Signal } from './call/send.ts'
import type { Reply, Step, Work } from './call/step.ts'

interface Shared {
  readonly reply: Promise<Reply>
  /** Of the kept answers: what was asked before a purge is for nobody after it. */
  readonly epoch: number
  readonly deadline: number
  readonly callers: OpenCallers
  /** Ends the call, so that no other can join it. */
  abandon(): void
  waiting: number
}

/** Everything that can change the answer of a service that does not know the caller. */
const identityOf = ({ call: { context, body } }: Work): string =>
  `${context.perspective ?? ''}\n${context.language ?? ''}\n${body.bytes.toString('latin1')}`

/** The call as it is sent for all: its first caller may have left when the answer comes. */
function callForAll({ call, signal }: Work): ServiceCall {
  const { read } = call
  return read && signal ? { ...call, read: (body) => !signal.aborted && read(body) } : call
}

/** @param onShared called for each call that is answered by one in flight */
export function coalesced(
  { coalescing, deadline }: StatelessService,
  next: Step,
  store: Pick<AnswerStore, 'epoch'>,
  onShared: () => void,
): Step {
  if (!coalescing) return next
  const inFlight = new Map<string, Shared>()

  const start = (key: string, work: Work, callers: OpenCallers): Shared => {
    const abandoned = createAbort()
    const forget = (): void => {
      if (inFlight.get(key) === shared) inFlight.delete(key)
    }
    const shared: Shared = {
      reply: next({ ...work, call: callForAll(work), signal: abandoned.signal, callers }).finally(forget),
      epoch: store.epoch,
      deadline: work.deadline,
      callers,
      abandon() {
        forget()
        abandoned.abort()
      },
      waiting: 0,
    }
    inFlight.set(key, shared)
    return shared
  }

  return (work) => {
    if (work.call.operation !== 'query') return next(work)
    if (work.signal?.aborted) return Promise.reject(new CallFailure('cancelled', 'given up before it was sent'))
    const key = identityOf(work)
    const known = inFlight.get(key)
    // Joining a call with less than half of its time left would cut this one short.
    const isLate = known && work.deadline - known.deadline >= deadline / 2
    const found = known?.epoch === store.epoch && !isLate ? known : undefined
    const callers = found?.callers ?? createCallers()
    callers.add(work.call.context)
    if (!found) return wait(start(key, work, callers), work.signal)
    onShared()
    work.call.trace?.answeredBy('shared')
    return wait(found, work.signal)
  }
}

/**
 * Waits for a shared call. Leaving does not affect the others; the call is given up when the last
 * has left.
 */
function wait(shared: Shared, signal: Signal | undefined): Promise<Reply> {
  shared.waiting += 1
  if (!signal) return shared.reply
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      shared.waiting -= 1
      if (shared.waiting === 0) shared.abandon()
      reject(new CallFailure('cancelled', 'given up by the caller'))
    }
    signal.addEventListener('abort', leave, { once: true })
    shared.reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
