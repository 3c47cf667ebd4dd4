/** The workloads: a query and its graph. */
import { bank } from './bank.ts'
import type { BenchmarkGraph } from './graph.ts'
import { JOINED_LISTS, market } from './market.ts'
import { shop } from './shop.ts'

export const graphs: readonly BenchmarkGraph[] = [market, shop, bank]

export interface Workload {
  /** For example `large, unique`; the part before the comma selects it. */
  readonly name: string
  readonly graph: BenchmarkGraph
  readonly query: string
  /**
   * True: each request has its own `Authorization`, which is forwarded, so nothing may be shared.
   * False: all requests are identical and the services are declared stateless, so everything may be
   * shared.
   */
  readonly unique: boolean
  /** Milliseconds that the services take; it is measured with each. */
  readonly delays: readonly number[]
  /** Requests in flight if services answer at once. */
  readonly connections: number
  /** The length of the list whose entities are joined. */
  readonly entities?: number
}

/** @param query its name in the graph */
function workload(graph: BenchmarkGraph, query: string, options: Partial<Workload> = {}): Workload {
  const text = graph.queries[query]
  if (text === undefined) throw new Error(`The graph ${graph.name} has no query "${query}".`)
  return { name: `${query}, unique`, graph, query: text, unique: true, delays: [0], connections: 50, ...options }
}

const bothWays = (graph: BenchmarkGraph, query: string): Workload[] => [
  workload(graph, query, { delays: [0, 5] }),
  workload(graph, query, { delays: [0, 5], name: `${query}, identical`, unique: false }),
]

export const workloads: readonly Workload[] = [
  workload(market, 'page 200', { connections: 16 }),
  workload(market, 'page 200', { connections: 64, name: 'page 200, unique, 64 in flight' }),
  workload(market, 'page 20'),
  workload(market, 'page 1000', { connections: 16 }),
  workload(market, 'big', { connections: 16 }),
  ...bothWays(shop, 'one field'),
  ...bothWays(shop, 'large'),
  ...bothWays(bank, 'main'),
  workload(bank, 'weather', { connections: 16 }),
  ...JOINED_LISTS.map((entities) =>
    workload(market, `joined ${entities}`, {
      entities,
      connections: entities < 1000 ? 50 : entities < 10_000 ? 16 : 4,
    }),
  ),
]
