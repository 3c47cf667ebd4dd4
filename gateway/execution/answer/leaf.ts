/**
 * Which values of a service's answer are values of a leaf type. Services coerce; the gateway only
 * checks that they did.
 */
import type { GraphQLLeafType } from 'graphql'
import { isEnumType } from 'graphql'
import { isRawNumber, numberOf } from '../../../platform/data/json-exact.ts'
import { isWritable } from '../../../platform/data/json-safe.ts'

const builtIn = new Map<string, (value: unknown) => boolean>([
  ['String', (value) => typeof value === 'string'],
  ['ID', (value) => typeof value === 'string' || isWhole(value)],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['Int', (value) => isInt(numberOf(value))],
  ['Float', (value) => Number.isFinite(numberOf(value))],
])

const isInt = (value: number | undefined): boolean => value !== undefined && (value | 0) === value

/** A whole number of any length, where it is written without a fraction and an exponent. */
const isWhole = (value: unknown): boolean =>
  Number.isSafeInteger(numberOf(value)) || (isRawNumber(value) && /^-?\d+$/.test(value.rawJSON))

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
