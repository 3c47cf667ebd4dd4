/** What a benchmark's graph consists of, and its composition. */
import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { type GraphQLFieldResolver, parse } from 'graphql'

export interface BenchmarkGraph {
  readonly name: string
  readonly services: readonly { readonly name: string; readonly schema: URL }[]
  /** Resolves the fields of every service; entities are their references. */
  // biome-ignore lint/suspicious/noExplicitAny: what the source of a field is depends on the field
  readonly resolve: GraphQLFieldResolver<any, unknown>
  /** By the workload's name. */
  readonly queries: Readonly<Record<string, string>>
}

/** What a gateway is started on. */
export interface Grounds {
  /** Path of the supergraph. */
  readonly supergraph: string
  readonly services: readonly { readonly name: string; readonly url: string; readonly schema: string }[]
  /** Whether services are declared stateless, to gateways that know the difference. */
  readonly stateless: boolean
}

/** Where the services' process answers for one of them. */
export const pathOf = (graph: BenchmarkGraph, service: string): string => `/${graph.name}/${service}`

/** @param services the address of the services' process @returns supergraph SDL */
export async function composeGraph(graph: BenchmarkGraph, services: string): Promise<string> {
  const definitions = await Promise.all(
    graph.services.map(async ({ name, schema }) => ({
      name,
      url: services + pathOf(graph, name),
      typeDefs: parse(await readFile(schema, 'utf8')),
    })),
  )
  const { supergraphSdl, errors } = composeServices(definitions)
  if (supergraphSdl === undefined) throw new Error(`The benchmark's schemas do not compose: ${errors?.join('\n')}`)
  return supergraphSdl
}
