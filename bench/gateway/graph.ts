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

/** Supergraph SDL in which each service has the address that `addressOf` gives. */
export async function composeGraph(graph: BenchmarkGraph, addressOf: (service: string) => string): Promise<string> {
  const services = await Promise.all(
    graph.services.map(async ({ name, schema }) => ({
      name,
      url: addressOf(name),
      typeDefs: parse(await readFile(schema, 'utf8')),
    })),
  )
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error(`The benchmark's schemas do not compose: ${errors?.join('\n')}`)
  return supergraphSdl
}
