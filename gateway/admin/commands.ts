/** Commands of operators to a running gateway, in one process or in several workers. Types only. */
import type { LifecycleState } from '../../platform/process/lifecycle.ts'
import type { LiveMap } from '../map/page/live-map.ts'
import type { ServiceStatus } from '../traffic/traffic.ts'

export interface AdminCommands {
  /** With several workers, `ready` as soon as one is. */
  state(): LifecycleState
  services(): Promise<readonly ServiceStatus[]>
  /** In Prometheus' text format. */
  metrics(): Promise<string>
  map(): Promise<LiveMap>
  /**
   * Drops cached answers of a service (`weather`), a type (`City`) or an entity (`City:2267057`).
   */
  purge(tags: readonly string[]): Promise<void>
  /**
   * Puts a new supergraph in service and resolves to its id.
   * @throws SupergraphRefused if it cannot serve; nothing changes then
   */
  replaceSupergraph(supergraph: string): Promise<string>
}
