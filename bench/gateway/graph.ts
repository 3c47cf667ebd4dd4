/** A benchmark's graph, and its composition. */
import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { type DocumentNode, type GraphQLFieldResolver, Kind, parse, visit } from 'graphql'

export interface BenchmarkGraph {
  readonly name: string
  readonly services: readonly { readonly name: string; readonly schema: URL }[]
  /** Resolves the fields of every service; entities are their references. */
  // biome-ignore lint/suspicious/noExplicitAny: what the source of a field is depends on the field
  readonly resolve: GraphQLFieldResolver<any, unknown>
  /** Keyed by the workload's name. */
  readonly queries: Readonly<Record<string, string>>
}

/** The inputs of a gateway. */
export interface Grounds {
  /** Path of the supergraph. */
  readonly supergraph: string
  readonly services: readonly { readonly name: string; readonly url: string; readonly schema: string }[]
  /** Whether services are declared stateless, to gateways that know the difference. */
  readonly stateless: boolean
}

/** The path of a service in the services' process. */
export const pathOf = (graph: BenchmarkGraph, service: string): string => `/${graph.name}/${service}`

/** @param services the address of the services' process @returns supergraph SDL */
export async function composeGraph(graph: BenchmarkGraph, services: string): Promise<string> {
  const definitions = await Promise.all(
    graph.services.map(async ({ name, schema }) => ({
      name,
      url: services + pathOf(graph, name),
      typeDefs: withoutAccessRules(parse(await readFile(schema, 'utf8'))),
    })),
  )
  const { supergraphSdl, errors } = composeServices(definitions)
  if (supergraphSdl === undefined) throw new Error(`The benchmark's schemas do not compose: ${errors?.join('\n')}`)
  return supergraphSdl
}

const ACCESS_RULES: ReadonlySet<string> = new Set(['authenticated', 'requiresScopes', 'policy'])

/** The stock gateway refuses a supergraph that has any, and no contestant has an issuer. */
const withoutAccessRules = (schema: DocumentNode): DocumentNode =>
  visit(schema, {
    Directive: ({ name }) => (ACCESS_RULES.has(name.value) ? null : undefined),
    // The names that `@link` imports.
    ListValue: (list) => ({
      ...list,
      values: list.values.filter((value) => value.kind !== Kind.STRING || !ACCESS_RULES.has(value.value.slice(1))),
    }),
  })
