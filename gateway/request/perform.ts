/** Takes one operation through the policies to its execution, for HTTP and WebSocket alike. */
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, type OperationTypeNode } from 'graphql'
import type { KnownOperation } from '../document/documents.ts'
import type { Edition, SchemaEdition } from '../edition/edition.ts'
import type { Editions, Hold } from '../edition/editions.ts'
import type { Client } from '../exchange/client.ts'
import type { Exchange, Policy } from '../exchange/exchange.ts'
import type { Events } from '../exchange/outcome.ts'
import type { StartEvents } from '../subscriptions/start.ts'
import { admit } from './admit.ts'
import { applyPolicies } from './apply-policies.ts'
import type { Execute, Execution } from './execute.ts'
import { NOT_FOUND } from './not-found.ts'
import type { ClientName } from './policies/client-name.ts'
import { inputSize } from './policies/variables.ts'
import type { Policies } from './policies.ts'

/**
 * Rejects with the refusal of a policy or of the operation itself.
 * @param beforeDocument the list of that name, or `message` for an operation by WebSocket
 * @param onAdmitted called before the operation runs; may delay that
 * @param hold takes hold of the edition to run on; by default the current one
 */
export type Perform = (
  exchange: Exchange,
  beforeDocument: readonly Policy[],
  client: Client,
  onAdmitted?: (kind: OperationTypeNode) => Promise<void> | undefined,
  hold?: () => Hold,
) => Promise<Execution | Events>

interface PerformOptions {
  readonly policies: Policies
  readonly editions: Editions
  readonly execute: Execute
  readonly start: StartEvents
  /** Records who uses what; `undefined` if that is off. */
  readonly recordUse: RecordUse | undefined
}

export type RecordUse = (
  operation: KnownOperation,
  schema: GraphQLSchema,
  exchange: Exchange,
  clientName: ClientName,
) => void

export function createPerform({ policies, editions, execute, start, recordUse }: PerformOptions): Perform {
  const { budget } = policies
  // Variables are checked only when the operation starts. The caller pays for wrong ones as for
  // refused documents. `execute` returns such a refusal as an outcome without a body, and `start`
  // throws it; both are charged for below.
  const chargeRefused = (exchange: Exchange, error: Pick<GraphQLFormattedError, 'extensions'> | undefined): void => {
    if (error?.extensions?.['code'] === 'BAD_USER_INPUT')
      budget.charge(exchange, inputSize(exchange.parameters.variables))
  }
  return async (exchange, beforeDocument, client, onAdmitted, hold = editions.hold) => {
    const pending = applyPolicies(beforeDocument, exchange)
    if (pending) await pending
    const { edition: whole, release } = hold()
    let isStarted = false
    let isFollowed = false
    try {
      const edition = onSchemaOf(exchange, whole)
      const admitted = admit(exchange, edition.documents, policies)
      const operation = admitted instanceof Promise ? await admitted : admitted
      recordUse?.(operation, edition.schema, exchange, policies.clientName)
      const { operation: kind } = operation.definition
      const spending = policies.spendShared(exchange)
      if (spending) await spending
      const delay = onAdmitted?.(kind)
      if (delay) await delay
      isStarted = true
      const performed = await (kind === 'subscription'
        ? start(exchange, edition, operation, release)
        : policies.limitConcurrency(exchange, operation, client, () => execute(edition, exchange, operation, client)))
      isFollowed = !isExecution(performed)
      if (isExecution(performed) && !('body' in performed.outcome))
        chargeRefused(exchange, performed.outcome.errors?.[0])
      return performed
    } catch (error) {
      if (isStarted && error instanceof GraphQLError) chargeRefused(exchange, error)
      throw error
    } finally {
      if (!isFollowed) release()
    }
  }
}

/** A successor may no longer have the variant that a request began on. */
function onSchemaOf({ variant }: Exchange, edition: Edition): SchemaEdition {
  if (variant === undefined) return edition
  const found = edition.variants.get(variant)
  if (!found) throw NOT_FOUND
  return found
}

export const isExecution = (performed: Execution | Events): performed is Execution => 'outcome' in performed
