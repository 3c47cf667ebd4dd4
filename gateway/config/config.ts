/** The gateway's configuration: the checked settings, and files read for them. */
import type { IdentitySettings } from '../../platform/protocol/identity-settings.ts'
import type { RulesOfServices } from '../errors/mask.ts'
import type { VariantFilter } from '../execution/plan/variant-schema.ts'
import type { LimitName, Limits } from '../limits/limits.ts'
import type { OperationLists } from '../persisted/lists.ts'
import type { ServiceLocations } from '../supergraph/locate.ts'
import type { Settings } from './schema.ts'
import type { AppSection } from './sections/app.ts'
import type { ClientHeaderRule } from './sections/headers.ts'
import type { Safelist } from './sections/operations.ts'

/** A contract variant: a part of the schema, on a path of its own. */
export interface Variant {
  readonly name: string
  readonly path: string
  readonly filter: VariantFilter
  readonly introspection: boolean
  readonly isCallerRequired: boolean
  readonly safelist: Safelist
  readonly lists: OperationLists | undefined
}

/** Each checked section, except those that the gateway needs in another form. */
export interface Config
  extends Readonly<
      Omit<
        Settings,
        | 'services'
        | 'headers'
        | 'errors'
        | 'supergraph'
        | 'identity'
        | 'limits'
        | 'playground'
        | 'app'
        | 'secret'
        | 'variants'
      >
    >,
    ServiceLocations {
  readonly playground: boolean
  /** `enabled` follows from all settings. */
  readonly app: AppSection & { readonly enabled: boolean }
  /** Shared with the services; without it calls are not signed. */
  readonly secret: string | undefined
  /**
   * How tokens are verified. Without it tokens are opaque, and only passed on to stateful services.
   */
  readonly identity: IdentitySettings | undefined
  readonly limits: Limits
  readonly clientHeaders: readonly ClientHeaderRule[]
  /** Rules for the errors of services that clients see. */
  readonly errorRules: RulesOfServices
  /** Limits that refuse nothing, and report what they would have refused. */
  readonly measured: readonly LimitName[]
  /** The registered operations; `undefined` without a safelist. */
  readonly lists: OperationLists | undefined
  readonly variants: readonly Variant[]
  /** The file watched for a new supergraph. */
  readonly supergraphFile: string
}
