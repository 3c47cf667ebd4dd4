/** How denied fields are answered, and the functions behind `@policy`. */
import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Caller } from '../../../platform/protocol/caller.ts'
import { milliseconds } from './values.ts'

/** The request as a policy sees it. */
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

const isFunction = (value: unknown): boolean => typeof value === 'function'
const policy = z.custom<Policy>(isFunction, 'must be a function')
const allPolicies = z.custom<AllPolicies>(isFunction, 'must be functions by name, or one function for all')

export const authorizationSection = z
  .strictObject({
    /** `null`: a denied field is null, with an error. `refuse`: the whole request is refused. */
    onForbidden: z.enum(['null', 'refuse'], 'must be null or refuse').default('null'),
    /** One function for each name in `@policy`, or one for all names of a request. */
    policies: z.union([allPolicies, z.record(z.string(), policy)]).default({}),
    /** Milliseconds for the policies of a request; one that takes longer allows nothing. */
    timeout: milliseconds.default(1_000),
  })
  .prefault({})

export type AuthorizationSettings = z.output<typeof authorizationSection>
