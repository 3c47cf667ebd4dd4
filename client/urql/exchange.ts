/**
 * The exchanges: they send queries and mutations by the last one, and follow subscriptions
 * themselves.
 */
import {
  CombinedError,
  type Exchange,
  type ExchangeInput,
  type ExecutionResult,
  fetchExchange,
  makeErrorResult,
  makeOperation,
  makeResult,
  type Operation,
  type OperationResult,
} from '@urql/core'
import { filter, make, makeSubject, mergeMap, pipe, publish, type Source, share, subscribe, takeUntil } from 'wonka'
import type { Answer, Failure } from '../connection/answer.ts'
import type { Connection } from '../connection/connection.ts'
import type { Core } from '../connection/core.ts'
import type { Send } from '../connection/drive.ts'
import { follow } from '../connection/follow.ts'
import { type Job, perform } from '../connection/perform.ts'
import { distinctMutations } from './distinct-mutations.ts'

/**
 * All exchanges of a client, in order. @param cache for example
 * `cacheExchange(graphcacheOptions())` of Graphcache @param http how queries and mutations are
 * sent, if not by `fetchExchange`
 */
export const tributaryExchanges = (
  connection: Connection,
  cache?: Exchange,
  http: Exchange = fetchExchange,
): Exchange[] => [distinctMutations, ...(cache ? [cache] : []), tributaryExchange(connection), http]

const tributaryExchange =
  ({ core }: Connection): Exchange =>
  ({ forward }) =>
  (operations) => {
    const wire = createWire(forward)
    const shared = pipe(operations, share)
    const isOf = (kind: boolean) => (operation: Operation) => (operation.kind === 'teardown') === kind
    const teardowns = pipe(shared, filter(isOf(true)))
    const results = pipe(
      shared,
      filter(isOf(false)),
      mergeMap((operation) =>
        pipe(
          performed(core, operation, wire),
          takeUntil(
            pipe(
              teardowns,
              filter(({ key }) => key === operation.key),
            ),
          ),
        ),
      ),
    )
    return results
  }

/** The following exchanges, as a function that sends one operation. */
interface Wire {
  send(operation: Operation): void
  resultsOf(key: number): Source<OperationResult>
  /** A new key for each attempt, so that no two share a result. */
  newKey(): number
}

function createWire(forward: ExchangeInput['forward']): Wire {
  let lastKey = 0
  const { source, next } = makeSubject<Operation>()
  const results = pipe(source, forward, share)
  // Subscribes at once: without a listener, urql would drop running operations.
  pipe(results, publish)
  return {
    send: next,
    resultsOf: (key) =>
      pipe(
        results,
        filter(({ operation }) => operation.key === key),
      ),
    newKey: () => ++lastKey,
  }
}

const performed = (core: Core, operation: Operation, wire: Wire): Source<OperationResult> =>
  make(({ next, complete }) => {
    const { query: document, variables = {}, kind, context } = operation
    const observer = {
      next,
      complete,
      error(error: unknown) {
        next(resultOf(operation, error))
        complete()
      },
    }
    if (kind === 'subscription')
      return follow(
        core,
        { document, variables, operationName: undefined, onStream: context['onStream'] },
        { ...observer, next: (answer) => next({ ...makeResult(operation, answer as ExecutionResult), hasNext: true }) },
      )
    return perform(core, jobOf(operation, wire), observer)
  })

function jobOf(operation: Operation, wire: Wire): Job<OperationResult> {
  const { query: document, variables = {}, context } = operation
  const send: Send<OperationResult> = (filled, headers, observer) => {
    const given = typeof context.fetchOptions === 'function' ? context.fetchOptions() : context.fetchOptions
    const fetchOptions = { ...given, headers: { ...headersOf(given?.headers), ...headers } }
    const key = wire.newKey()
    const sent = makeOperation(operation.kind, { ...operation, key, variables: filled }, { ...context, fetchOptions })
    const { unsubscribe } = pipe(
      wire.resultsOf(key),
      subscribe((result) => {
        if (result.error?.networkError) return observer.error(result.error)
        observer.next({ ...result, operation })
        if (!result.hasNext) observer.complete()
      }),
    )
    wire.send(sent)
    return () => {
      unsubscribe()
      wire.send(makeOperation('teardown', sent))
    }
  }
  return { document, variables, operationName: undefined, intent: context['intent'], send, answerOf, failureOf }
}

const headersOf = (headers: HeadersInit | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(new Headers(headers))

const answerOf = ({ data, error }: OperationResult): Answer => ({ data, ...(error && { errors: error.graphQLErrors }) })

const failureOf = (cause: unknown): Failure => ({
  cause,
  response: cause instanceof CombinedError ? cause.response : undefined,
})

const resultOf = (operation: Operation, error: unknown): OperationResult =>
  error instanceof CombinedError
    ? { ...makeErrorResult(operation, error, error.response), error }
    : makeErrorResult(operation, error instanceof Error ? error : new Error(String(error)))
