/**
 * Which values of a service's answer are values of a leaf type. Services coerce; the gateway only
 * checks that they did.
 */
import type { GraphQLLeafType } from 'graphql'
import { isEnumType } from 'graphql'
import { isWritable } from '../../../platform/data/json-safe.ts'

const builtIn = new Map<string, (value: unknown) => boolean>([
  ['String', (value) => typeof value === 'string'],
  ['ID', (value) => typeof value === 'string' || Number.isSafeInteger(value)],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Int', (value) => typeof value === 'number' && (value | 0) === value],
  ['Float', (value) => Number.isFinite(value)],
])

/**
 * A check for values that are not null. A custom scalar may be any JSON that can be written again.
 */
export function leafCheck(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map((value) => value.name))
    return (value) => names.has(value)
  }
  return builtIn.get(type.name) ?? ((value) => isWritable(value))
}
