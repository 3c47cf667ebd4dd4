/**
 * The paths of operations: that of the whole schema, and one for each contract variant. Each has
 * policies and figures of its own.
 */
import { bodyOfError, JSON_HEADERS } from '../../platform/http/message/http-error.ts'
import { pathOf } from '../../platform/http/message/target.ts'
import type { AnswerOperation, OperationOptions } from './answer.ts'
import { NOT_FOUND } from './not-found.ts'

export interface Endpoint {
  readonly operations: OperationOptions
  readonly answer: AnswerOperation
}

export interface Endpoints {
  readonly paths: readonly string[]
  /**
   * @param path with or without a slash at its end; `undefined` where no operations are answered
   */
  at(path: string): Endpoint | undefined
  /** Also answers requests to a path of an older configuration. */
  readonly answer: AnswerOperation
}

/** The path of the whole schema. */
export const MAIN_PATH = '/graphql'

const BODY = JSON.stringify(bodyOfError(NOT_FOUND))
const HEADERS = Object.entries(JSON_HEADERS).flat()
const DONE = Promise.resolve()

export function createEndpoints(endpoints: ReadonlyMap<string, Endpoint>): Endpoints {
  const at = (path: string): Endpoint | undefined =>
    endpoints.get(path) ?? (path.endsWith('/') ? endpoints.get(path.slice(0, -1)) : undefined)
  return {
    paths: [...endpoints.keys()],
    at,
    answer(request, reply) {
      // Fast path: most requests have no query string.
      const endpoint = endpoints.get(request.url) ?? at(pathOf(request))
      if (endpoint) return endpoint.answer(request, reply)
      reply.send(NOT_FOUND.status, HEADERS, BODY)
      return DONE
    },
  }
}
