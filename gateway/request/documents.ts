/**
 * Documents already met: parsed, measured and (once Apollo Server has done so) validated, so that the next request with the same text
 * pays for none of it. Bounded by bytes. Belongs to one schema: a new schema starts with a new store.
 */
import { type DocumentNode, GraphQLError, Kind, parse } from 'graphql'
import { LRUCache } from 'lru-cache'
import { overLimit } from '../limits/limits.ts'
import { type CostRules, type Estimate, estimateCost } from './cost.ts'
import { selectOperation } from './operation.ts'

/** One operation of a document, ready to be checked against a request. */
export interface KnownOperation {
  readonly document: { readonly node: DocumentNode; isValid: boolean }
  readonly definition: ReturnType<typeof selectOperation>
  readonly estimate: Estimate
}

export interface KnownDocument {
  /** @throws BAD_USER_INPUT where there is no such operation, or several and no name */
  operation(name: string | undefined): KnownOperation
  /** Names under which its operations were sent, once it is known to be valid. */
  validOperations(): Iterable<string | undefined>
}

export interface Documents {
  /** @throws GRAPHQL_PARSE_FAILED, OPERATION_TOO_COMPLEX, OPERATION_NOT_ALLOWED */
  get(query: string): KnownDocument
  /** What was sent of late and is valid, the latest first. */
  inUse(): Iterable<{ readonly query: string; readonly operationName: string | undefined }>
}

const BYTES_PER_CHARACTER = 40 // of heap, for the syntax tree of a character of text, as measured
const REMEMBERED = 64 * 1024 * 1024 // bytes

/** @param checks run once for each new document, in order; each refuses by throwing */
export function createDocuments(rules: CostRules, checks: readonly ((document: DocumentNode) => void)[]): Documents {
  const known = new LRUCache<string, KnownDocument>({
    maxSize: REMEMBERED,
    sizeCalculation: (_document, query) => query.length * BYTES_PER_CHARACTER + 1024,
  })
  return {
    get(query) {
      const found = known.get(query)
      if (found) return found
      const document = parseBounded(query, rules.limits.tokens)
      for (const check of checks) check(document)
      const made = knownDocument(document, rules)
      known.set(query, made)
      return made
    },
    *inUse() {
      for (const [query, document] of known.entries())
        for (const operationName of document.validOperations()) yield { query, operationName }
    },
  }
}

function parseBounded(query: string, maxTokens: number): DocumentNode {
  try {
    return parse(query, { maxTokens })
  } catch (error) {
    // The parser recurses: a text of nothing but brackets ends its stack before its tokens are counted.
    if (error instanceof RangeError) throw overLimit('nesting', 'The document nests too deeply.')
    if (!(error instanceof GraphQLError)) throw error
    if (error.message.includes('Parsing aborted'))
      throw overLimit('tokens', `The document has more than ${maxTokens} tokens.`)
    throw new GraphQLError(error.message, {
      ...(error.source && { source: error.source }),
      ...(error.positions && { positions: error.positions }),
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    })
  }
}

function knownDocument(document: DocumentNode, rules: CostRules): KnownDocument {
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  )
  const operations = new Map<string | undefined, KnownOperation>()
  const shared = { node: document, isValid: false }
  return {
    operation(name) {
      const found = operations.get(name)
      if (found) return found
      const definition = selectOperation(document, name)
      const made = { document: shared, definition, estimate: estimateCost(rules, definition, fragments) }
      operations.set(name, made)
      return made
    },
    validOperations: () => (shared.isValid ? operations.keys() : []),
  }
}
