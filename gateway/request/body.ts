/** The body of an answer, ready to be sent. */
import { isAscii } from 'node:buffer'

/** Its `length` is its number of bytes: a string is always ASCII. */
export type Body = string | Buffer

const SHORT = 16 * 1024 // bytes

/**
 * Short ASCII becomes a string: it is written together with its head, both in the cheapest
 * encoding.
 */
export const bodyOf = (bytes: Buffer): Body =>
  bytes.length <= SHORT && isAscii(bytes) ? bytes.toString('latin1') : bytes
