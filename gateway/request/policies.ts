/**
 * The contents page of a request: every policy, in the order in which they apply, whichever way the
 * operation is executed. Each refuses by throwing; what passes them all is executed.
 */
import type { DocumentNode } from 'graphql'
import type { VerifyAuthorization } from '../../platform/protocol/caller.ts'
import { limitCost } from '../document/cost.ts'
import { limitShape } from '../document/document-limits.ts'
import type { KnownOperation } from '../document/documents.ts'
import { refuseIntrospection } from '../document/introspection.ts'
import type { Exchange, Policy } from '../exchange/exchange.ts'
import type { Limits } from '../limits/limits.ts'
import { authenticate } from './policies/authenticate.ts'
import { type Budget, createBudget, noBudget } from './policies/budget.ts'
import { allowOrigins, type Cors } from './policies/cors.ts'
import { refuseCrossSite } from './policies/cross-site.ts'
import { negotiateMediaType, requireJsonBody } from './policies/media-type.ts'
import { allowMethods, fitsMethod } from './policies/method.ts'
import { readParameters } from './policies/parameters.ts'
import { resolvePersisted } from './policies/persisted.ts'
import { requireListed, type Safelist } from './policies/safelist.ts'
import { createTurns, type TakeTurn } from './policies/turns.ts'
import { limitBody, limitVariables } from './policies/variables.ts'

export interface Policies {
  /** For every request, before its document is looked at. */
  readonly request: readonly Policy[]
  /**
   * For every message on a WebSocket, whose parameters are in it: those of the list above that
   * concern it.
   */
  readonly message: readonly Policy[]
  /** Once for every document that was not met before. */
  readonly document: readonly ((document: DocumentNode) => void)[]
  /** For every request, with the operation it asks for. */
  readonly operation: readonly ((exchange: Exchange, operation: KnownOperation) => void)[]
  /** Around the execution of what has passed them. */
  readonly takeTurn: TakeTurn
  /** Operations of one caller whose documents may wait to be read. */
  readonly mostWaiting: number
  /** What operations cost, and the reading of documents and variables that are refused. */
  readonly budget: Budget
}

export interface PolicyOptions {
  readonly limits: Limits
  readonly cors: Cors
  readonly introspection: boolean
  /** With it nothing else is run. */
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
    takeTurn: createTurns(limits),
    mostWaiting: limits.operationsWaiting,
    budget,
  }
}
