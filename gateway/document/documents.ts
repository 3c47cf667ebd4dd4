/**
 * Caches valid documents, parsed, measured and validated, so that a request with a known text pays
 * for none of that. Bounded by bytes; documents that came only once take a small part. A cache
 * belongs to one schema.
 */
import type { DocumentNode } from 'graphql'
import { createSegmentedCache } from '../../platform/data/segmented-cache.ts'
import { fragmentsOf } from '../execution/plan/conditions.ts'
import { type CostRules, estimateCost } from './cost.ts'
import type { Estimate } from './list-size.ts'
import { forgetPositions, parseDocument } from './parse.ts'
import { selectOperation } from './select-operation.ts'
import { createValidate, type ValidationRules } from './validate.ts'

/** One operation of a document, ready to be checked against a request. */
export interface KnownOperation {
  readonly document: {
    readonly node: DocumentNode
    /**
     * Validates it once. Rejects with an AggregateError of `GRAPHQL_VALIDATION_FAILED`, or of the
     * refusals of the host's plugins.
     */
    requireValid(): Promise<void>
  }
  readonly definition: ReturnType<typeof selectOperation>
  readonly estimate: Estimate
}

interface KnownDocument {
  /** @throws BAD_USER_INPUT if there is no such operation, or several and no name */
  operation(name: string | undefined): KnownOperation
}

export interface Documents {
  /** A cached document: a valid one. */
  find(query: string): KnownDocument | undefined
  /** @throws GRAPHQL_PARSE_FAILED, OPERATION_TOO_COMPLEX, OPERATION_NOT_ALLOWED */
  get(query: string): KnownDocument
  /** The estimated bytes of all cached documents. */
  readonly keptBytes: number
}

/**
 * Measured heap of a document: syntax tree and cost estimate per token, a constant part, and the
 * text, with two bytes per character unless it is Latin.
 */
const BYTES_PER_TOKEN = 400
const BYTES_PER_DOCUMENT = 2_560
const BYTES_PER_CHARACTER = 2
const REMEMBERED = 32 * 1024 * 1024 // bytes

/** Refuses a document by throwing. */
export type DocumentCheck = (document: DocumentNode) => void

/** Called once for each valid document. */
type AnnounceDocument = (query: string, document: DocumentNode) => Promise<void>

/** @param checks run once for each new document, in order; each refuses by throwing */
export function createDocuments(
  rules: CostRules & ValidationRules,
  checks: readonly DocumentCheck[],
  announce?: AnnounceDocument,
): Documents {
  const validate = createValidate(rules)
  const known = createSegmentedCache<KnownDocument>(REMEMBERED)
  const keep = (query: string, { tokenCount = 0 }: DocumentNode, made: KnownDocument): void =>
    known.set(query, made, BYTES_PER_DOCUMENT + BYTES_PER_CHARACTER * query.length + BYTES_PER_TOKEN * tokenCount)
  return {
    find: (query) => known.get(query),
    get(query) {
      const found = known.get(query)
      if (found) return found
      const document = parseDocument(query, rules.limits)
      for (const check of checks) check(document)
      const made = knownDocument(document, rules, async () => {
        const mistakes = validate(query, document)
        if (mistakes.length > 0) throw new AggregateError(mistakes)
        await announce?.(query, document)
        forgetPositions(document)
        keep(query, document, made)
      })
      return made
    },
    get keptBytes() {
      return known.size
    },
  }
}

/** @param requireValid rejects if the document is not valid */
function knownDocument(node: DocumentNode, rules: CostRules, requireValid: () => Promise<void>): KnownDocument {
  const fragments = fragmentsOf(node)
  const operations = new Map<string | undefined, KnownOperation>()
  let isValid = false
  const shared = {
    node,
    async requireValid() {
      if (isValid) return
      await requireValid()
      isValid = true
    },
  }
  return {
    operation(name) {
      const found = operations.get(name)
      if (found) return found
      const definition = selectOperation(node, name)
      const made = { document: shared, definition, estimate: estimateCost(rules, definition, fragments) }
      operations.set(name, made)
      return made
    },
  }
}
