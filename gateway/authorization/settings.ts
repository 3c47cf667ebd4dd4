/** What the configuration says of authorization. Types only. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../../platform/protocol/caller.ts'

/** What a policy is told of a request. */
export interface PolicyRequest {
  /** `undefined` if signed out. */
  readonly caller: Caller | undefined
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly requestId: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

/** Whether a policy allows a request. Only `true` does. */
export type Policy = (request: PolicyRequest) => boolean | Promise<boolean>

/** Answers all policies of a request at once: the names of those that allow it. */
export type AllPolicies = (
  names: readonly string[],
  request: PolicyRequest,
) => Iterable<string> | Promise<Iterable<string>>

export interface AuthorizationSettings {
  /** What becomes of a request for something that its caller may not see. */
  readonly onForbidden: 'null' | 'refuse'
  /** By the names of `@policy`, or one function for all. */
  readonly policies: Readonly<Record<string, Policy>> | AllPolicies
  /** Milliseconds for the policies of a request. */
  readonly timeout: number
}
