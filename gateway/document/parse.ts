/**
 * Reads a document's text. Its bytes are counted before the lexer sees them, its tokens while it
 * reads.
 */
import { type DocumentNode, GraphQLError, parse, Source } from 'graphql'
import { type Limits, overLimit } from '../limits/limits.ts'

/**
 * The nodes know where they begin, but not the text: graphql-js would go over it for each error to
 * find the line.
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
    // The parser recurses: a text of nothing but brackets ends its stack before its tokens are
    // counted.
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
 * Of a document that has no mistakes to be located: the positions and the tokens behind them are
 * more than half of what it takes.
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
