/** A unique id per call, so that no answer is mistaken for another call's. */
import { randomBytes } from 'node:crypto'

/** Unique for each process: several may call an instance through the same proxy. */
const PREFIX = `${randomBytes(12).toString('base64url')}-`
let count = 0

export function nextCallId(): string {
  count += 1
  return PREFIX + count.toString(36)
}
