/** Ids of things made under an idempotency key: they follow from it, so that a retry makes the same thing and not a second one. */
import { createHash } from 'node:crypto'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * A UUID (version 8, RFC 9562) that follows from who asks for what under which key.
 * @param kind what is made, so that one key makes different things of different kinds
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
