/** A worker's ear: carries out what the primary asks of it, on the gateway of this process. */
import type { RunningGateway } from '../gateway.ts'
import { SupergraphRefused } from '../supergraph/editions.ts'
import type { CommandMessage, OutcomeMessage } from './messages.ts'

export function obeyPrimary({ commands, registry }: RunningGateway): void {
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
