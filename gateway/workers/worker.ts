/** Carries out the primary's commands on the gateway of this process. */
import type { Registry } from '../../platform/process/prometheus.ts'
import type { AdminCommands } from '../admin/commands.ts'
import { SupergraphRefused } from '../edition/editions.ts'
import type { CommandMessage, OutcomeMessage } from './messages.ts'

/** What the primary needs of the gateway in this process. */
interface WorkerGateway {
  readonly commands: AdminCommands
  readonly registry: Registry
}

export function followPrimary({ commands, registry }: WorkerGateway): void {
  const carryOut = async ({ name, input }: CommandMessage): Promise<unknown> => {
    switch (name) {
      case 'services':
        return commands.services()
      case 'metrics':
        return registry.getMetricsAsJSON()
      case 'purge':
        await commands.purge(input)
        return null
      case 'replaceSupergraph':
        return commands.replaceSupergraph(input)
    }
  }
  process.on('message', (message: CommandMessage) => {
    if (message.type !== 'command') return
    const { id } = message
    const answer = (outcome: OutcomeMessage): void => void process.send?.(outcome, undefined, undefined, () => {})
    carryOut(message).then(
      (output) => answer({ type: 'outcome', id, output }),
      (error: unknown) => {
        const text = error instanceof Error ? error.message : String(error)
        answer({ type: 'outcome', id, ...(error instanceof SupergraphRefused ? { refused: text } : { failed: text }) })
      },
    )
  })
}
