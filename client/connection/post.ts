/**
 * Sends an operation by plain HTTP, without a client library: for mutations pending from before a
 * reload.
 */

import type { Answer, Failure } from './answer.ts'
import type { Core } from './core.ts'
import type { Send } from './drive.ts'

/** A response that is no GraphQL answer. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError'
  readonly response: Response

  constructor(response: Response) {
    super(`The gateway answered ${response.status}.`)
    this.response = response
  }
}

export const failureOf = (error: unknown): Failure => ({
  cause: error,
  response: error instanceof ResponseError ? error.response : undefined,
})

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9'

export interface Operation {
  readonly query: string
  readonly operationName: string | undefined
}

export const post =
  ({ url, fetch }: Core, operation: Operation): Send<Answer> =>
  (variables, headers, observer) => {
    const abort = new AbortController()
    const ask = async (): Promise<Answer> => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, accept: ACCEPT, 'content-type': 'application/json' },
        body: JSON.stringify({ ...operation, variables }),
        signal: abort.signal,
      })
      return readAnswer(response)
    }
    ask().then(
      (answer) => {
        observer.next(answer)
        observer.complete()
      },
      (error) => observer.error(error),
    )
    return () => abort.abort()
  }

/** @throws ResponseError if it is no GraphQL answer */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const answer = parsed(text)
  if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer))
    throw new ResponseError(response)
  return answer as Answer
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
