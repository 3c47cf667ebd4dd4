/** Copies of JSON values, for those who may change what they are given. */
import { isRawNumber } from './json-exact.ts'

/** Exact numbers stay as they are: nobody can change them. */
export function copyOfJson<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(copyOfJson) as Value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyOfJson(inner)])) as Value
}
