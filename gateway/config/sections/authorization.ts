/** What becomes of what a caller may not see, and the functions behind `@policy`. */
import { z } from 'zod'
import type { AllPolicies, Policy } from '../../authorization/settings.ts'
import { milliseconds } from './values.ts'

const isFunction = (value: unknown): boolean => typeof value === 'function'
const policy = z.custom<Policy>(isFunction, 'must be a function')
const allPolicies = z.custom<AllPolicies>(isFunction, 'must be functions by name, or one function for all')

export const authorizationSection = z
  .strictObject({
    /** `null`: what a caller may not see is null, with an error. `refuse`: the whole request is. */
    onForbidden: z.enum(['null', 'refuse'], 'must be null or refuse').default('null'),
    /** By the names of `@policy`, or one function for all names of a request. */
    policies: z.union([allPolicies, z.record(z.string(), policy)]).default({}),
    /** Milliseconds for the policies of a request; one that takes longer allows nothing. */
    timeout: milliseconds.default(1_000),
  })
  .prefault({})
