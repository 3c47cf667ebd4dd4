/** Sends one operation until it is answered, with a token, and with retries if they are safe. */

import { type Answer, type Failure, hasCode, pauseAfterAnswer, pauseAfterFailure } from './answer.ts'
import type { Core } from './core.ts'
import type { Variables } from './keys.ts'
import { backoff, wait } from './wait.ts'

export interface Observer<Result> {
  next(result: Result): void
  error(error: unknown): void
  complete(): void
}

/** Sends once; returns the function to cancel. */
export type Send<Result> = (
  variables: Variables,
  headers: Readonly<Record<string, string>>,
  observer: Observer<Result>,
) => () => void

export interface Request<Result> {
  readonly variables: Variables
  readonly send: Send<Result>
  answerOf(result: Result): Answer
  failureOf(error: unknown): Failure
  /** True if it may be sent twice; false for a mutation without a key. */
  readonly isRepeatable: boolean
  /** True if it should be sent again after this answer. */
  isWorthAnother(answer: Answer): boolean
  /** True if it should be sent again after this failure. */
  isTransient(failure: Failure): boolean
  /** Called when it cannot be sent yet, and waits. */
  delayed?(): void
  /** Called at the end, before the caller gets it; may return an error that replaces it. */
  ended?(end: Answer | Failure): Error | undefined
}

type Verdict =
  | { readonly kind: 'done' }
  /** The gateway refused this token. */
  | { readonly kind: 'refused'; readonly token: string; readonly giveUp: () => void }
  | { readonly kind: 'again'; readonly wait: number | undefined; readonly giveUp: () => void }

const DONE: Verdict = { kind: 'done' }

export async function drive<Result>(
  core: Core,
  request: Request<Result>,
  observer: Observer<Result>,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + core.patience
  let refused: string | undefined
  let tries = 0
  while (!signal.aborted) {
    const verdict = await attempt(core, request, refused, observer, signal)
    if (verdict.kind === 'done') return
    if (verdict.kind === 'refused') {
      if (refused !== undefined) return verdict.giveUp()
      refused = verdict.token
      continue
    }
    const pause = verdict.wait ?? backoff(tries)
    if (Date.now() + pause > until) return verdict.giveUp()
    tries += 1
    await wait(pause, signal)
  }
}

async function attempt<Result>(
  core: Core,
  request: Request<Result>,
  refused: string | undefined,
  observer: Observer<Result>,
  signal: AbortSignal,
): Promise<Verdict> {
  let token: string | undefined
  try {
    token = await core.tokens.current(refused)
  } catch (cause) {
    // Nothing was sent, so any operation may be retried.
    request.delayed?.()
    return { kind: 'again', wait: undefined, giveUp: () => fail(request, { cause }, observer) }
  }
  if (signal.aborted) return DONE
  const headers = token === undefined ? core.headers : { ...core.headers, authorization: `Bearer ${token}` }
  return new Promise((resolve) => {
    let isPassing = false
    let isOver = false
    const finish = (verdict: Verdict): void => {
      isOver = true
      signal.removeEventListener('abort', onAbort)
      stop?.()
      resolve(verdict)
    }
    const onAbort = (): void => finish(DONE)
    signal.addEventListener('abort', onAbort)
    let stop: (() => void) | undefined
    const started = request.send(request.variables, headers, {
      next(result) {
        if (isOver) return
        if (isPassing) return observer.next(result)
        const verdict = judge(request, result, token, observer)
        if (verdict) return finish(verdict)
        isPassing = true
        const error = request.ended?.(request.answerOf(result))
        if (!error) return observer.next(result)
        observer.error(error)
        finish(DONE)
      },
      error(error) {
        if (isOver) return
        if (!isPassing) return finish(judgeFailure(request, error, token, observer))
        observer.error(error)
        finish(DONE)
      },
      complete() {
        if (isOver) return
        observer.complete()
        finish(DONE)
      },
    })
    stop = started
    if (isOver) started()
  })
}

/** `undefined` if the answer goes to the caller. */
function judge<Result>(
  request: Request<Result>,
  result: Result,
  token: string | undefined,
  observer: Observer<Result>,
): Verdict | undefined {
  const answer = request.answerOf(result)
  const pass = (): void => {
    const error = request.ended?.(answer)
    if (error) {
      observer.error(error)
      return
    }
    observer.next(result)
    observer.complete()
  }
  const hasRun = answer.data !== undefined && answer.data !== null
  if (token !== undefined && hasCode(answer, 'UNAUTHENTICATED') && (request.isRepeatable || !hasRun))
    return { kind: 'refused', token, giveUp: pass }
  return request.isWorthAnother(answer) ? { kind: 'again', wait: pauseAfterAnswer(answer), giveUp: pass } : undefined
}

const UNAUTHORIZED = 401

function judgeFailure<Result>(
  request: Request<Result>,
  error: unknown,
  token: string | undefined,
  observer: Observer<Result>,
): Verdict {
  const failure = request.failureOf(error)
  if (token !== undefined && failure.response?.status === UNAUTHORIZED)
    return { kind: 'refused', token, giveUp: () => fail(request, failure, observer) }
  return again(request, failure, observer)
}

function again<Result>(request: Request<Result>, failure: Failure, observer: Observer<Result>): Verdict {
  const giveUp = (): void => fail(request, failure, observer)
  if (request.isTransient(failure)) return { kind: 'again', wait: pauseAfterFailure(failure), giveUp }
  giveUp()
  return DONE
}

const fail = <Result>(request: Request<Result>, failure: Failure, observer: Observer<Result>): void =>
  observer.error(request.ended?.(failure) ?? failure.cause)
