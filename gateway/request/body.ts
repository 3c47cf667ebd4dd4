/** The body of an answer, ready to be sent. */

/** Its `length` is its number of bytes: a string is always ASCII. */
export type Body = string | Buffer

const SHORT = 16 * 1024 // characters

/**
 * Short ASCII stays a string: it is written together with its head, both in the cheapest encoding.
 */
export const bodyOf = (text: string): Body =>
  text.length <= SHORT && Buffer.byteLength(text) === text.length ? text : Buffer.from(text)
