/**
 * Every policy, in the order in which they apply. Each refuses by throwing; an operation that
 * passes all of them is executed.
 */
import type { VerifyAuthorization } from '../../platform/protocol/caller.ts'
import type { Cors } from '../config/sections/cors.ts'
import { limitCost } from '../document/cost.ts'
import { limitShape } from '../document/document-limits.ts'
import type { DocumentCheck, KnownOperation } from '../document/documents.ts'
import { refuseIntrospection } from '../document/introspection.ts'
import type { Exchange, Policy } from '../exchange/exchange.ts'
import type { Limits } from '../limits/limits.ts'
import { authenticate } from './policies/authenticate.ts'
import { type Budget, createBudget, noBudget } from './policies/budget.ts'
import { createConcurrencyLimit, type LimitConcurrency } from './policies/concurrency.ts'
import { allowOrigins } from './policies/cors.ts'
import { refuseCrossSite } from './policies/cross-site.ts'
import { negotiateMediaType, requireJsonBody } from './policies/media-type.ts'
import { allowMethods, fitsMethod } from './policies/method.ts'
import { readParameters } from './policies/parameters.ts'
import { resolvePersisted } from './policies/persisted.ts'
import { requireListed, type Safelist } from './policies/safelist.ts'
import { limitBody, limitVariables } from './policies/variables.ts'

export interface Policies {
  /** For every request, before its document is read. */
  readonly request: readonly Policy[]
  /**
   * For every operation by WebSocket, whose parameters are in its message: the policies above that
   * apply to it.
   */
  readonly message: readonly Policy[]
  /** Once for every new document. */
  readonly document: readonly DocumentCheck[]
  /** For every request, with its operation. */
  readonly operation: readonly ((exchange: Exchange, operation: KnownOperation) => void)[]
  /** Around the execution of an operation that has passed the policies. */
  readonly limitConcurrency: LimitConcurrency
  /** How many new documents of one caller may wait to be read. */
  readonly operationsWaiting: number
  /** Pays for operations, and for reading refused documents and variables. */
  readonly budget: Budget
}

interface PolicyOptions {
  readonly limits: Limits
  readonly cors: Cors
  readonly introspection: boolean
  /** If set, only these operations run. */
  readonly safelist: Safelist | undefined
  /** Without it tokens are opaque. */
  readonly verify: VerifyAuthorization | undefined
}

export function createPolicies({ limits, cors, introspection, safelist, verify }: PolicyOptions): Policies {
  const budget = Number.isFinite(limits.costPerMinute) ? createBudget(limits.costPerMinute) : noBudget
  const authenticated = authenticate(verify)
  const bounded = limitVariables(limits, budget)
  const persisted = safelist ? requireListed(safelist) : resolvePersisted()
  return {
    request: [
      allowOrigins(cors),
      negotiateMediaType,
      allowMethods,
      refuseCrossSite,
      requireJsonBody,
      authenticated,
      readParameters(limits.bodyBytes, limitBody(limits, budget)),
      bounded,
      persisted,
    ],
    message: [authenticated, bounded, persisted],
    document: [(document) => limitShape(document, limits), ...(introspection ? [] : [refuseIntrospection])],
    operation: [
      (exchange, { definition }) => fitsMethod(exchange, definition),
      (exchange, { estimate }) => {
        const cost = estimate(exchange.parameters.variables ?? {})
        exchange.cost = cost
        limitCost(cost, limits)
        budget.spend(exchange, cost)
      },
    ],
    limitConcurrency: createConcurrencyLimit(limits),
    operationsWaiting: limits.operationsWaiting,
    budget,
  }
}
