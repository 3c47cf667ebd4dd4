/**
 * Moves the public schema of a supergraph from the planner's thread to the main thread: cuts it
 * into pieces there and builds it in steps here, so that a large schema does not block requests.
 * The result equals that of `buildSchema` on the joined pieces.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import {
  type DefinitionNode,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  GraphQLSchema as Schema,
  specifiedDirectives,
} from 'graphql'
// The part of `buildASTSchema` that comes before the schema is put together; the library offers no
// public way to stop there.
import { extendSchemaImpl } from 'graphql/utilities/extendSchema.js'

const PIECE = 16 * 1024 // characters, parsed in a few milliseconds
const STEP = 5 // milliseconds

/** The directive that the gateway itself implements. */
export const DEFER = `
"""The gateway may answer without the fragment first, and send its fields later."""
directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
`

/** Cuts SDL between its definitions. */
export function cutSchema(sdl: string): readonly string[] {
  const pieces: string[] = []
  let from = 0
  for (const { loc } of parse(sdl).definitions) {
    const end = loc?.end ?? from
    if (end - from < PIECE) continue
    pieces.push(sdl.slice(from, end))
    from = end
  }
  const rest = sdl.slice(from)
  return rest.trim() === '' ? pieces : [...pieces, rest]
}

/**
 * Yields to requests every few milliseconds. The pieces must come from a valid schema: nothing is
 * checked.
 */
export async function buildSchemaInSteps(pieces: readonly string[]): Promise<GraphQLSchema> {
  const definitions: DefinitionNode[] = []
  for (const piece of pieces) {
    definitions.push(...parse(piece, { noLocation: true }).definitions)
    await breathe()
  }
  const config = extendSchemaImpl(EMPTY, { kind: Kind.DOCUMENT, definitions }, { assumeValid: true })
  // Makes the fields here, in steps: the constructor would make them all at once.
  let since = performance.now()
  for (const type of config.types) {
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) type.getFields()
    if (performance.now() - since < STEP) continue
    await breathe()
    since = performance.now()
  }
  const rootType = (name: string) => config.types.filter(isObjectType).find((type) => type.name === name)
  const roots = config.astNode
    ? {}
    : { query: rootType('Query'), mutation: rootType('Mutation'), subscription: rootType('Subscription') }
  const declared = new Set(config.directives.map(({ name }) => name))
  const directives = [...config.directives, ...specifiedDirectives.filter(({ name }) => !declared.has(name))]
  return new Schema({ ...config, ...roots, directives })
}

const EMPTY = {
  description: undefined,
  types: [],
  directives: [],
  extensions: {},
  extensionASTNodes: [],
  assumeValid: true,
}
