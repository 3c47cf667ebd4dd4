/** Compares entity tags (RFC 9110, section 13.1.2). */
import { listItems } from './fields.ts'

/**
 * Whether the client has what the tag names. A proxy that compresses an answer makes its tag weak.
 * @param header the value of `If-None-Match`
 */
export const isKnownTag = (header: string | undefined, etag: string): boolean =>
  header !== undefined && listItems(header).some((item) => item === '*' || item === etag || item === `W/${etag}`)
