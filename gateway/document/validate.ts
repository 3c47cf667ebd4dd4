/**
 * Validates a document against the schema, with bounds on the number of reported mistakes and on
 * the cost of each.
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  isObjectType,
  Source,
  specifiedRules,
  validate,
} from 'graphql'
import { deferring, streamed } from './deferring.ts'
import { finiteLiterals } from './finite-literals.ts'
import { conditionalRoots } from './subscription-root.ts'

const MISTAKES = 10 // reported of one document
const RULES = [...specifiedRules, finiteLiterals, deferring]
/** Names that a misspelt one is compared with. Larger schemas give no suggestions. */
const COMPARED_NAMES = 500

export interface ValidationRules {
  readonly schema: GraphQLSchema
  /** Keep names of the schema out of messages. */
  readonly hideSchema?: boolean
}

/**
 * The mistakes of a document, each a `GraphQLError` with `GRAPHQL_VALIDATION_FAILED`; empty if it
 * is valid.
 */
type Validate = (query: string, document: DocumentNode) => readonly GraphQLError[]

export function createValidate({ schema, hideSchema = false }: ValidationRules): Validate {
  const options = { maxErrors: MISTAKES, hideSuggestions: hideSchema || namesIn(schema) > COMPARED_NAMES }
  return (query, document) => {
    const early = [...conditionalRoots(document), ...streamed(document)]
    const mistakes = early.length > 0 ? early : validate(schema, document, RULES, options)
    return mistakes.length === 0 ? mistakes : located(query, mistakes.slice(0, MISTAKES + 1))
  }
}

/** Adds lines and columns, found for all mistakes in one pass over the text. */
function located(query: string, mistakes: readonly GraphQLError[]): readonly GraphQLError[] {
  const positions = mistakes.flatMap((mistake) => mistake.positions ?? [])
  const { locations = [] } = new GraphQLError('', { source: new Source(query), positions })
  let next = 0
  return mistakes.map(({ message, positions: own = [] }) => {
    const error = new GraphQLError(message, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })
    const found = locations.slice(next, next + own.length)
    next += own.length
    return found.length === 0 ? error : Object.assign(error, { locations: found })
  })
}

/** The number of types, or of fields of the largest type. */
function namesIn(schema: GraphQLSchema): number {
  const types = Object.values(schema.getTypeMap())
  return Math.max(types.length, ...types.map((type) => (isObjectType(type) ? Object.keys(type.getFields()).length : 0)))
}
