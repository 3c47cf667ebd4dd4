/** Makes a new edition as quick as the one before: documents in use are checked and planned before the first request needs them. */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Logger } from '../process/log.ts'
import type { Edition } from './edition.ts'

/** One operation to make ready. */
export interface OperationInUse {
  readonly query: string
  readonly operationName: string | undefined
}

/** What does not fit the new schema is left out: whoever sends it is told so then. */
export async function warm(edition: Edition, operations: Iterable<OperationInUse>, log: Logger): Promise<void> {
  for (const { query, operationName } of operations) {
    await breathe() // requests go first
    try {
      const { document, definition } = edition.documents.get(query).operation(operationName)
      document.requireValid()
      document.isHosted = true
      if (definition.operation !== 'subscription') await edition.plan(query, document.node, operationName)
    } catch (error) {
      log.debug({ err: error, operationName }, 'an operation in use does not fit the new supergraph')
    }
  }
}
