/**
 * Names calls to services, each of its own, so that no answer can be taken for that to another
 * call.
 */
import { randomBytes } from 'node:crypto'

/** No other process has it, which may call the same instance through the same proxy. */
const PREFIX = `${randomBytes(12).toString('base64url')}-`
let count = 0

export function nextCallId(): string {
  count += 1
  return PREFIX + count.toString(36)
}
