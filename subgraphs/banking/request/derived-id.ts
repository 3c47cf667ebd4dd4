/**
 * Ids of new objects, derived from the idempotency key, so that a retry makes the same object and
 * not a second one.
 */
import { createHash } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * A UUID (version 8, RFC 9562), derived from kind, caller and key.
 * @param kind the type of the object, so that types do not share ids
 */
export function derivedId(kind: string, actor: string, key: string): string {
  const bytes = createHash('sha256')
    .update(JSON.stringify([kind, actor, key]))
    .digest()
    .subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** An id as clients send it; null for what can be none. */
export const parseDerivedId = (text: string): string | null => (UUID.test(text) ? text : null)
