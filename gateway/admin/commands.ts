/** What operators may ask of a running gateway, wherever it runs: in this process, or in several that share the port. Types only. */
import type { ServiceStatus } from '../traffic/traffic.ts'

export interface AdminCommands {
  services(): Promise<readonly ServiceStatus[]>
  /** In Prometheus' text format. */
  metrics(): Promise<string>
  /** Forgets kept answers: of a service (`weather`), a type (`City`) or one entity (`City:2267057`). */
  purge(tags: readonly string[]): Promise<void>
  /**
   * Puts a new supergraph in service and resolves to its id.
   * @throws SupergraphRefused where it cannot serve; nothing changes then
   */
  replaceSupergraph(supergraph: string): Promise<string>
}
