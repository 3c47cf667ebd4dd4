/** Finds the services that a supergraph joins: their kinds and their addresses. */
import { isAddress } from '../traffic/address.ts'
import type { LocatedService } from '../traffic/traffic.ts'
import type { Graph } from './graphs.ts'

/** What the gateway's settings say of where services are. */
export interface ServiceLocations {
  /** True where the services are the registry's; false on a supergraph of somebody else's. */
  readonly ownServices: boolean
  readonly services: readonly LocatedService[]
  /** A service of somebody else's supergraph, of the kind the settings give it. */
  readonly locate: (graph: Graph) => LocatedService
}

/**
 * The product's services are where its settings say; those of somebody else's supergraph are where
 * the supergraph says.
 * @throws Error naming the services that are nowhere
 */
export function locateServices(
  graphs: readonly Graph[],
  { ownServices, services, locate }: ServiceLocations,
): readonly LocatedService[] {
  if (graphs.length === 0) throw new Error('It joins no service.')
  const known = new Set(services.map(({ definition }) => definition.name))
  const lost = graphs.filter(({ name, url }) => (ownServices ? !known.has(name) : !isAddress(url)))
  if (lost.length > 0)
    throw new Error(`It names services without an address: ${lost.map(({ name }) => name).join(', ')}.`)
  return ownServices ? services : graphs.map(locate)
}
