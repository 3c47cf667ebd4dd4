/**
 * Services by their names in the supergraph. A service's kind alone decides how its traffic is
 * treated; a setting that contradicts it is refused.
 */
import { isIP } from 'node:net'
import { z } from 'zod'
import { httpAddress } from '../../../platform/process/settings.ts'
import { claimHeadersSettings } from '../../../platform/protocol/identity-settings.ts'
import { errorRules } from './errors.ts'
import { headerRule } from './headers.ts'
import { CLIMBS, climbs, list, milliseconds, onOff, whole } from './values.ts'

const ADDRESSES = 'must be a list of absolute http or https URLs, or { dns: URL, every: milliseconds }'
/** As requests have it: what is not ASCII is written with `%` there. */
const PATH = /^\/[!"$->@-~]*$/
const PATH_AND_QUERY = /^\/[!"$-~]*$/
const DNS = 'must be an absolute http or https URL whose host is a name'

const address = httpAddress.refine((url) => !url.includes('#'), 'must have no fragment, which is never sent')

/** Every address that the name has is an instance; it is asked again and again. */
const named = z.strictObject({
  dns: address.refine((url) => isIP(new URL(url).hostname.replace(/^\[|\]$/g, '')) === 0, DNS),
  every: milliseconds.default(5_000),
})

/** Defaults of a service. */
export const statefulDefaults = {
  paths: [] as string[],
  deadline: 15_000,
  concurrency: 256,
  queue: 1_024,
  retries: 2,
  answerBytes: 16 * 1024 * 1024,
  subscriptions: 'sse' as const,
}
export const statelessDefaults = {
  paths: [] as string[],
  deadline: 5_000,
  concurrency: 128,
  queue: 1_024,
  retries: 2,
  answerBytes: 16 * 1024 * 1024,
  subscriptions: 'sse' as const,
  sharedCache: true,
  hedging: true,
  coalescing: true,
}

/** Settings of both kinds. */
const common = (defaults: typeof statefulDefaults) => ({
  /**
   * Where its instances are. The registry's services need them; a service of another supergraph has
   * the address that the supergraph names.
   */
  addresses: z.union([list(address).min(1, 'must name at least one value'), named], { error: ADDRESSES }).optional(),
  /** Public paths, for example `/assets/`, below which it answers GET itself: images, downloads. */
  paths: list(
    z
      .string()
      .regex(PATH, 'must be paths as requests have them, without blanks, ? and #')
      .refine((path) => !climbs(path), CLIMBS),
  ).default(defaults.paths),
  /** Milliseconds for a call with all its retries. */
  deadline: milliseconds.default(defaults.deadline),
  /** Calls in flight to one instance; more wait. */
  concurrency: whole(1).default(defaults.concurrency),
  /** Calls that may wait; more are refused at once. */
  queue: whole(0).default(defaults.queue),
  /** Further tries of a call, where they can do no harm. */
  retries: whole(0, 10).default(defaults.retries),
  /** Bytes of one answer, on the wire and again after decompression. */
  answerBytes: whole(1_024, 256 * 1024 * 1024).default(defaults.answerBytes),
  /** How it takes subscriptions: server-sent events, or WebSockets of `graphql-transport-ws`. */
  subscriptions: z.enum(['sse', 'ws'], 'must be sse or ws').default(defaults.subscriptions),
  /**
   * Where its WebSockets are opened, for example `/subscriptions`; by default where operations go.
   */
  subscriptionPath: z
    .string()
    .regex(PATH_AND_QUERY, 'must be a path as requests have it, without blanks and #')
    .optional(),
  /** Which of the client's headers it gets; applied after `headers.services`. */
  headers: list(headerRule).optional(),
  /** How clients see its errors; absent parts are those of `errors`. */
  errors: errorRules.optional(),
})

const ofStateless = {
  /** Keep answers for all callers, as long as their `@cacheControl` allows. */
  sharedCache: onOff.default(statelessDefaults.sharedCache),
  /** Ask a second instance when the first takes longer than 95 of 100 calls did. */
  hedging: onOff.default(statelessDefaults.hedging),
  /** Let one call answer all identical ones that are in flight. */
  coalescing: onOff.default(statelessDefaults.coalescing),
}

const contradiction = z
  .undefined('is for stateless services: nothing of a stateful one is kept, shared or asked twice')
  .optional()

const statefulService = z.strictObject({
  kind: z.literal('stateful'),
  ...common(statefulDefaults),
  /**
   * For each header, the claim of the caller's token in it; a list is a path into nested claims.
   */
  claims: claimHeadersSettings.optional(),
  sharedCache: contradiction,
  hedging: contradiction,
  coalescing: contradiction,
})

const statelessService = z.strictObject({
  kind: z.literal('stateless'),
  ...common(statelessDefaults),
  ...ofStateless,
  claims: z.undefined('is for stateful services: what a stateless one answers is shared by all callers').optional(),
})

export const serviceSection = z.discriminatedUnion('kind', [statefulService, statelessService], {
  error: 'must be stateful({ … }) or stateless({ … })',
})

export const servicesSection = z.record(z.string(), serviceSection).default({})

/**
 * A setting of the other kind has the type `undefined`: it does not compile. Were it no key, it
 * would where an object is spread.
 */
export type StatefulInput = Omit<z.input<typeof statefulService>, 'kind'>
export type StatelessInput = Omit<z.input<typeof statelessService>, 'kind'>
export type ServiceInput = z.input<typeof serviceSection>
export type Kind = ServiceInput['kind']
export type ServiceSettings = z.output<typeof serviceSection>
