/** Finds kinds and addresses of the services that a supergraph joins. */
import { isAddress } from '../traffic/address.ts'
import { writtenIn } from '../traffic/addresses.ts'
import type { LocatedService } from '../traffic/traffic.ts'
import type { Graph } from './graphs.ts'
import { isNodeGraph } from './node-graph.ts'

/** The gateway's settings for this. */
export interface ServiceLocations {
  /** True for the services of the registry; false on another supergraph. */
  readonly ownServices: boolean
  readonly services: readonly LocatedService[]
  /** A service of another supergraph, with its kind from the settings. */
  readonly locate: (graph: Graph) => LocatedService
}

/**
 * Settings give the addresses of the product's services; another supergraph gives its own, unless
 * settings do.
 * @throws Error that names the services without an address
 */
export function locateServices(
  joined: readonly Graph[],
  { ownServices, services, locate }: ServiceLocations,
): readonly LocatedService[] {
  const graphs = joined.filter((graph) => !isNodeGraph(graph))
  if (graphs.length === 0) throw new Error('It joins no service.')
  const known = new Map(services.map((service) => [service.definition.name, service]))
  const located = graphs.map((graph) => (ownServices ? known.get(graph.name) : locate(graph)))
  const lost = graphs.filter((_, at) => {
    const addresses = located[at]?.addresses
    return !addresses || !writtenIn(addresses).every(isAddress)
  })
  if (lost.length > 0)
    throw new Error(`It names services without an address: ${lost.map(({ name }) => name).join(', ')}.`)
  return ownServices ? services : located.filter((service) => service !== undefined)
}
