/**
 * Composes the services' schemas into the supergraph and the public schema, in memory. Writes
 * nothing, and calls no service.
 */

import { readFile } from 'node:fs/promises'
import { type CompositionResult, composeServices } from '@apollo/composition'
import {
  defaultPrintOptions,
  printSchema,
  ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  type Schema,
  Supergraph,
  shallowOrderPrintedDefinitions,
} from '@apollo/federation-internals'
import { buildASTSchema, GraphQLError, Kind, parse, print, Source } from 'graphql'
import { StartRefused } from '../../platform/process/settings.ts'
import { DEFER } from '../execution/plan/api-schema.ts'
import { printBuiltSchema } from '../execution/plan/print-schema.ts'
import { subgraphFile } from '../supergraph/files.ts'
import { originLine } from '../supergraph/origin.ts'
import { type ServiceDefinition, withNodeGraph } from './node-subgraph.ts'
import { distinct, oneLine, placeOf, type Remark, remarkOf, showPlace } from './remark.ts'

/** A service's schema and where it came from. */
export interface ServiceSchema {
  readonly name: string
  readonly sdl: string
  /** The file's name in messages. */
  readonly file: string
}

/** Whether both are the same service with the same text, in any file. */
export const isSameSchema = (one: Omit<ServiceSchema, 'file'>, other: Omit<ServiceSchema, 'file'>): boolean =>
  one.name === other.name && one.sdl === other.sdl

export interface Composition {
  /** SDL with join directives, on which the gateway plans. */
  readonly supergraph: string
  /** SDL of the schema that clients see. */
  readonly schema: string
  /** Hints of the composer. */
  readonly hints: readonly Remark[]
}

/** The schemas do not compose; one line per fault. */
export class CompositionError extends StartRefused {
  override readonly name = 'CompositionError'
  readonly remarks: readonly Remark[]

  constructor(remarks: readonly Remark[]) {
    super(['The schemas do not compose:', ...remarks.map((remark) => `  ${lineOf(remark)}`)].join('\n'))
    this.remarks = remarks
  }
}

const lineOf = ({ places, message }: Remark): string => [...places.map(showPlace), message].join(' ')

/**
 * Composes the named services. The result has no addresses: settings provide them.
 * @throws CompositionError
 */
export const compose = async (names: readonly string[]): Promise<Composition> =>
  composeSchemas(await Promise.all(names.map(readSubgraph)), await readDescription())

/**
 * @param description of the whole graph
 * @param isReleased skips the check of satisfiability, a third of the time: it passed before
 * @throws CompositionError
 */
export function composeSchemas(
  schemas: readonly ServiceSchema[],
  description?: string,
  isReleased = false,
): Composition {
  const definitions = schemas.map((schema) => ({ name: schema.name, typeDefs: parseSubgraph(schema) }))
  const composed = composeWithoutThrowing(definitions, isReleased)
  if (composed.errors) throw new CompositionError(composed.errors.map(remarkOf))
  const heading = description === undefined ? '' : `${printBlock(description)}\n`
  const supergraphSdl = `${heading}${composed.supergraphSdl}`
  const origin = originLine(new Map(schemas.map(({ name, sdl }) => [name, sdl])))
  return {
    supergraph: `${origin}\n${supergraphSdl.trim()}\n`,
    schema: `${publicSchemaOf(composed.schema, description)}${DEFER}`,
    hints: composed.hints.map(({ definition, message, coordinate, nodes = [] }) => ({
      code: definition.code,
      level: definition.level.name === 'WARN' ? 'warning' : 'info',
      message: oneLine(coordinate && !message.includes(coordinate) ? `${coordinate}: ${message}` : message),
      places: distinct(nodes.flatMap((node) => placeOf(node) ?? [])),
    })),
  }
}

/** @param description as in `composeSchemas` */
export function tryCompose(schemas: readonly ServiceSchema[], description?: string): Composition | CompositionError {
  try {
    return composeSchemas(schemas, description)
  } catch (error) {
    if (error instanceof CompositionError) return error
    throw error
  }
}

/** Adds the graph that finds nodes. */
function withNodes(definitions: readonly ServiceDefinition[]): ServiceDefinition[] {
  try {
    return withNodeGraph(definitions)
  } catch (error) {
    throw error instanceof GraphQLError ? new CompositionError([remarkOf(error)]) : error
  }
}

/** The composer throws some faults instead of returning them. */
function composeWithoutThrowing(definitions: ServiceDefinition[], isReleased: boolean): CompositionResult {
  try {
    return composeServices(withNodes(definitions), { runSatisfiability: !isReleased })
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] }
    throw error
  }
}

/**
 * The same as `publicSchema` of its SDL. Composing has made the public schema already: building it
 * again from the SDL takes a tenth of composing.
 */
function publicSchemaOf(supergraph: Schema, description: string | undefined): string {
  const schema = new Supergraph(supergraph, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES).apiSchema()
  if (description !== undefined) schema.schemaDefinition.description = description.trim()
  const document = parse(printSchema(schema, shallowOrderPrintedDefinitions(defaultPrintOptions)), { noLocation: true })
  return `${printBuiltSchema(buildASTSchema(document, { assumeValid: true })).trim()}\n`
}

/** The public schema of a supergraph, as SDL. */
export function publicSchema(supergraph: string): string {
  const built = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
  return `${printBuiltSchema(built.apiSchema().toGraphQLJSSchema()).trim()}\n`
}

/** The public schema with what the gateway itself adds. */
export const clientSchema = (supergraph: string): string => `${publicSchema(supergraph)}${DEFER}`

/** The description of the whole graph, which no service can give. Comes first in the SDL. */
export const readDescription = (): Promise<string> => readFile(new URL('description.md', import.meta.url), 'utf8')

const printBlock = (text: string): string => print({ kind: Kind.STRING, value: text.trim(), block: true })

/** A service of the registry. @throws CompositionError if it has no schema */
export async function readSubgraph(name: string): Promise<ServiceSchema> {
  const file = `subgraphs/${name}/schema.graphql`
  try {
    return { name, file, sdl: await readFile(subgraphFile(name), 'utf8') }
  } catch {
    throw new CompositionError([{ code: 'MISSING', level: 'error', message: `${file} cannot be read.`, places: [] }])
  }
}

function parseSubgraph({ sdl, file }: ServiceSchema): ReturnType<typeof parse> {
  try {
    return parse(new Source(sdl, file))
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    const { line, column } = error.locations?.[0] ?? { line: 1, column: 1 }
    const remark = { code: 'SYNTAX', level: 'error', message: error.message, places: [{ file, line, column }] } as const
    throw new CompositionError([remark])
  }
}
