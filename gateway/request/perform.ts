/** Takes one operation through the policies to its execution, whichever way it came. */
import type { Events, StartEvents } from '../subscriptions/start.ts'
import type { Editions } from '../supergraph/editions.ts'
import { admit } from './admit.ts'
import type { Exchange, Policy } from './exchange.ts'
import type { Execution } from './execute.ts'
import type { Client } from './hang-up.ts'
import type { Policies } from './policies.ts'

/**
 * Rejects with the refusal of a policy or of the operation itself.
 * @param before policies that apply before the document is looked at
 */
export type Perform = (exchange: Exchange, before: readonly Policy[], client: Client) => Promise<Execution | Events>

export interface PerformOptions {
  readonly policies: Policies
  readonly editions: Editions
  readonly start: StartEvents
}

export function createPerform({ policies, editions, start }: PerformOptions): Perform {
  return async (exchange, before, client) => {
    for (const policy of before) {
      const pending = policy(exchange)
      if (pending) await pending
    }
    const { edition, release } = editions.hold()
    let isFollowed = false
    try {
      const operation = admit(exchange, edition.documents, policies)
      if (operation.definition.operation !== 'subscription') return await edition.execute(exchange, operation, client)
      const events = await start(exchange, edition, operation, release)
      isFollowed = true
      return events
    } finally {
      if (!isFollowed) release()
    }
  }
}

export const isExecution = (performed: Execution | Events): performed is Execution => 'outcome' in performed
