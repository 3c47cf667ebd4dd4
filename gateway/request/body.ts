/** The body of an answer, ready to be sent. */

/** Of as many bytes as its `length` says: text, where that is cheaper to send, is ASCII. */
export type Body = string | Buffer

const SHORT = 16 * 1024 // characters

/**
 * Short ASCII stays text: it goes out in one piece with its head, and both in the cheapest
 * encoding.
 */
export const bodyOf = (text: string): Body =>
  text.length <= SHORT && Buffer.byteLength(text) === text.length ? text : Buffer.from(text)
