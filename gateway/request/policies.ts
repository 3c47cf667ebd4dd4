/**
 * The contents page of a request: every policy, in the order in which they apply, whichever way the
 * operation is executed. Each refuses by throwing; what passes them all is executed.
 */
import type { DocumentNode } from 'graphql'
import type { VerifyAuthorization } from '../../platform/protocol/caller.ts'
import type { Limits } from '../limits/limits.ts'
import { authenticate } from './authenticate.ts'
import { type Budget, createBudget, noBudget } from './budget.ts'
import { allowOrigins, type Cors } from './cors.ts'
import { limitCost } from './cost.ts'
import { refuseCrossSite } from './cross-site.ts'
import type { KnownOperation } from './documents.ts'
import type { Exchange, Policy } from './exchange.ts'
import { refuseIntrospection } from './introspection.ts'
import { negotiateMediaType, requireJsonBody } from './media-type.ts'
import { allowMethods } from './method.ts'
import { fitsMethod } from './operation.ts'
import { readParameters } from './parameters.ts'
import { resolvePersisted } from './persisted.ts'
import { requireListed, type Safelist } from './safelist.ts'
import { limitShape } from './shape.ts'
import { createTurns, type TakeTurn } from './turns.ts'
import { limitBody, limitVariables } from './variables.ts'

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
