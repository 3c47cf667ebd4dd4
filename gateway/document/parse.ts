/** Parses a document. Counts its bytes before the lexer runs, and its tokens while it runs. */
import { type DocumentNode, GraphQLError, parse, Source } from 'graphql'
import { type Limits, overLimit } from '../limits/limits.ts'

/**
 * Nodes keep their positions without the text: graphql-js would scan it for each error to find the
 * line.
 * @throws OPERATION_TOO_COMPLEX, GRAPHQL_PARSE_FAILED
 */
export function parseDocument(query: string, limits: Pick<Limits, 'documentBytes' | 'tokens'>): DocumentNode {
  const { documentBytes, tokens } = limits
  if (Buffer.byteLength(query) > documentBytes)
    throw overLimit('documentBytes', `The document has more than ${documentBytes} bytes.`)
  try {
    const source = new Source(query)
    const document = parse(source, { maxTokens: tokens })
    source.body = ''
    return document
  } catch (error) {
    // The parser recurses: a text of brackets overflows the stack before its tokens are counted.
    if (error instanceof RangeError) throw overLimit('nesting', 'The document nests too deeply.')
    if (!(error instanceof GraphQLError)) throw error
    if (error.message.includes('Parsing aborted'))
      throw overLimit('tokens', `The document has more than ${tokens} tokens.`)
    throw new GraphQLError(error.message, {
      ...(error.source && { source: error.source }),
      ...(error.positions && { positions: error.positions }),
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    })
  }
}

/**
 * Drops the positions of a valid document, which has no mistakes to locate: positions and tokens
 * are more than half of its memory.
 */
export function forgetPositions(document: DocumentNode): void {
  const open: { loc?: unknown }[] = [document]
  for (let node = open.pop(); node; node = open.pop()) {
    node.loc = undefined
    for (const part of Object.values(node)) {
      if (typeof part !== 'object' || part === null) continue
      if (Array.isArray(part)) for (const each of part) open.push(each)
      else open.push(part)
    }
  }
}
