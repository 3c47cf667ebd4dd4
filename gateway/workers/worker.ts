/** Carries out the primary's commands on the gateway of this process. */
import { HttpError } from '../../platform/http/message/http-error.ts'
import type { Registry } from '../../platform/process/prometheus.ts'
import type { AdminCommands } from '../admin/commands.ts'
import type { LiveMap } from '../map/page/live-map.ts'
import type { Reading } from '../map/reading.ts'
import type { CommandMessage, MapMessage, MapRequest, OutcomeMessage } from './messages.ts'

/** The parts of this process's gateway that the primary needs. */
interface WorkerGateway {
  readonly commands: AdminCommands
  readonly registry: Registry
  readonly reading: () => Reading
  readonly supergraphId: () => string
}

export function followPrimary({ commands, registry, reading, supergraphId }: WorkerGateway): void {
  const carryOut = async ({ name, input }: CommandMessage): Promise<unknown> => {
    switch (name) {
      case 'services':
        return commands.services()
      case 'metrics':
        return registry.getMetricsAsJSON()
      case 'reading':
        return reading()
      case 'supergraphId':
        return supergraphId()
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
        const message = error instanceof Error ? error.message : String(error)
        if (!(error instanceof HttpError)) return answer({ type: 'outcome', id, failed: message })
        const { status, code } = error
        answer({ type: 'outcome', id, refused: { status, code, message } })
      },
    )
  })
}

const ANSWER_TIMEOUT = 5_000 // milliseconds

let lastId = 0

/** Asks the primary for the map of all workers. Rejects if it has none. */
export function askForMap(): Promise<LiveMap> {
  lastId += 1
  const id = lastId
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      process.off('message', hear)
      settle()
    }
    const hear = (message: MapMessage): void => {
      if (message.type !== 'map' || message.id !== id) return
      const { map } = message
      end(() => (map ? resolve(map) : reject(new Error('there is no map now'))))
    }
    const timer = setTimeout(() => end(() => reject(new Error('the primary does not answer'))), ANSWER_TIMEOUT)
    process.on('message', hear)
    process.send?.({ type: 'map?', id } satisfies MapRequest, undefined, undefined, () => {})
  })
}
