/** The workloads: a query and its graph. */
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
   * True: each request has its own `Authorization`, which is forwarded, so nothing may be shared.
   * False: all requests are identical and the services are declared stateless, so everything may be
   * shared.
   */
  readonly unique: boolean
}

export const workloads: readonly Workload[] = graphs.flatMap((graph) =>
  Object.entries(graph.queries).flatMap(([name, query]) =>
    [true, false].map((unique) => ({ name: `${name}, ${unique ? 'unique' : 'identical'}`, graph, query, unique })),
  ),
)
