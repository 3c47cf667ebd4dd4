/** Reads a supergraph that the settings name instead of the shipped one. */
import { readFile } from 'node:fs/promises'
import { GraphQLError } from 'graphql'
import { type Graph, readGraphs } from '../supergraph/graphs.ts'
import { isNodeGraph } from '../supergraph/node-graph.ts'

/** The services that it joins, or why it cannot be used. */
export type GivenSupergraph = { readonly graphs: readonly Graph[]; readonly fault?: string }

/** Never rejects. @param path of its file */
export async function readGivenSupergraph(path: string): Promise<GivenSupergraph> {
  try {
    const graphs = readGraphs(await readFile(path, 'utf8')).filter((graph) => !isNodeGraph(graph))
    return graphs.length === 0 ? { graphs, fault: `${path} is not a supergraph: it joins no service` } : { graphs }
  } catch (error) {
    if (error instanceof GraphQLError) return { graphs: [], fault: `${path} is not GraphQL schema language` }
    return { graphs: [], fault: `${path} cannot be read (${(error as NodeJS.ErrnoException).code})` }
  }
}
