/**
 * Composes the services' schemas into the supergraph and the public schema, in memory. Writes
 * nothing, and calls no service.
 */
import { readFile } from 'node:fs/promises'
import { composeServices } from '@apollo/composition'
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { GraphQLError, Kind, parse, print, printSchema } from 'graphql'
import { StartRefused } from '../../platform/process/settings.ts'
import { subgraphFile } from '../supergraph/files.ts'
import { originLine } from '../supergraph/origin.ts'

export interface Composition {
  /** SDL with join directives, on which the gateway plans. */
  readonly supergraph: string
  /** SDL of the schema that clients see. */
  readonly schema: string
}

/** The schemas do not compose; one line per fault. */
export class CompositionError extends StartRefused {
  override readonly name = 'CompositionError'

  constructor(faults: readonly string[]) {
    super(['The schemas do not compose:', ...faults.map((fault) => `  ${fault}`)].join('\n'))
  }
}

/**
 * Composes the named services. The result has no addresses: settings provide them.
 * @throws CompositionError
 */
export async function compose(names: readonly string[]): Promise<Composition> {
  const schemas = new Map(await Promise.all(names.map(async (name) => [name, await readSubgraph(name)] as const)))
  const definitions = [...schemas].map(([name, schema]) => ({ name, typeDefs: parseSubgraph(name, schema) }))
  const composed = composeServices(definitions)
  if (composed.errors) throw new CompositionError(composed.errors.map((error) => error.message))
  const supergraphSdl = `${printBlock(await readDescription())}\n${composed.supergraphSdl}`
  return { supergraph: `${originLine(schemas)}\n${supergraphSdl.trim()}\n`, schema: publicSchema(supergraphSdl) }
}

/** The public schema of a supergraph, as SDL. */
export function publicSchema(supergraph: string): string {
  const built = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
  return `${printSchema(built.apiSchema().toGraphQLJSSchema()).trim()}\n`
}

/** Of the whole graph, which no service can describe. Its definition comes first in the SDL. */
const readDescription = (): Promise<string> => readFile(new URL('description.md', import.meta.url), 'utf8')

const printBlock = (text: string): string => print({ kind: Kind.STRING, value: text.trim(), block: true })

async function readSubgraph(name: string): Promise<string> {
  try {
    return await readFile(subgraphFile(name), 'utf8')
  } catch {
    throw new CompositionError([`subgraphs/${name}/schema.graphql cannot be read.`])
  }
}

function parseSubgraph(name: string, sdl: string): ReturnType<typeof parse> {
  try {
    return parse(sdl)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const { line, column } = error.locations?.[0] ?? { line: 1, column: 1 }
    throw new CompositionError([`subgraphs/${name}/schema.graphql:${line}:${column} ${error.message}`])
  }
}
