/** Every bound on what one request may ask, in one place. Generous for clients, tight enough that refusing costs next to nothing. */

export interface Limits {
  /** Bytes of a body, on the wire and again after decompression. */
  readonly body: number
  /** Lexical tokens of a document. */
  readonly tokens: number
  /** Levels of fields, fragments expanded. */
  readonly depth: number
  /** Levels of fields and fragments, fragments expanded. */
  readonly nesting: number
  /** Aliases written in a document. */
  readonly aliases: number
  /** Fields of a document, fragments expanded wherever they are spread. */
  readonly fields: number
  /** Pairs of fields that share a place in the answer, which validation compares one by one. */
  readonly comparisons: number
  /** Levels of lists and objects in variables. */
  readonly variableDepth: number
  /** Items that one list may be asked for. */
  readonly listSize: number
  /** Objects an operation may fetch, by the sizes of the lists it asks for. */
  readonly cost: number
  /** What a caller's operations may cost together in a minute. */
  readonly costPerMinute: number
}

export const defaultLimits: Limits = {
  body: 1024 * 1024,
  tokens: 10_000,
  depth: 30,
  nesting: 100,
  aliases: 500,
  fields: 5_000,
  comparisons: 100_000,
  variableDepth: 64,
  listSize: 1_000,
  cost: 100_000,
  costPerMinute: 5_000_000,
}
