/**
 * The ids of nodes: type and key of an entity, so that no two collide, opaque and safe in a URL. An
 * id is a name, never a permission. Each entity has exactly one, and nothing else is one.
 */

/** A value of a key's field. */
export type KeyValue = string | number | boolean

/** What an id says. */
interface NodeName {
  readonly type: string
  /** Values of the key's fields, in their order. */
  readonly key: readonly KeyValue[]
}

const MOST_CHARACTERS = 1_024

export const encodeNodeId = (type: string, key: readonly KeyValue[]): string =>
  Buffer.from(JSON.stringify([type, ...key])).toString('base64url')

/** `undefined` for what `encodeNodeId` would not write. */
export function decodeNodeId(nodeId: string): NodeName | undefined {
  if (nodeId.length > MOST_CHARACTERS) return undefined
  const [type, ...key] = listIn(nodeId)
  if (typeof type !== 'string' || key.length === 0 || !key.every(isKeyValue)) return undefined
  return encodeNodeId(type, key) === nodeId ? { type, key } : undefined
}

function listIn(nodeId: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(nodeId, 'base64url').toString())
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}

export const isKeyValue = (value: unknown): value is KeyValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/**
 * The fields of an entity's key, as `@key` names them; `undefined` where one has fields below it.
 */
export const keyFields = (key: string): readonly string[] | undefined =>
  /[^\w\s,]/.test(key) ? undefined : key.split(/[\s,]+/).filter((name) => name !== '')
