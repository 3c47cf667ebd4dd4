/** What is asked of every gateway, and on which graph. */
import { bank } from './bank.ts'
import type { BenchmarkGraph } from './graph.ts'
import { shop } from './shop.ts'

export const graphs: readonly BenchmarkGraph[] = [shop, bank]

export interface Workload {
  /** For example `large, unique`. */
  readonly name: string
  readonly graph: BenchmarkGraph
  readonly query: string
  /**
   * True: each request has an `Authorization` of its own, forwarded to the services, so that nothing may be shared.
   * False: all requests are the same, and the services are declared stateless, so that everything may be.
   */
  readonly unique: boolean
}

export const workloads: readonly Workload[] = graphs.flatMap((graph) =>
  Object.entries(graph.queries).flatMap(([name, query]) =>
    [true, false].map((unique) => ({ name: `${name}, ${unique ? 'unique' : 'identical'}`, graph, query, unique })),
  ),
)
